#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "connector/json.h"
#include "simulator/cloud.h"
#include "simulator/http_server.h"
#include "support/scripted_server.h"

namespace connector::test {

/// The scenarios of a folder, FOLDER/*/*.json, sorted. tests/connectors/README.md describes what they hold.
std::vector<std::filesystem::path> scenario_files(const std::filesystem::path& folder);

/// What there is to see when the program has ended.
struct Outcome {
  int exit_code = 0;
  std::string output;            ///< standard output and standard error of all runs
  std::filesystem::path folder;  ///< the working folder, still there
  std::vector<Json> payloads;
  std::vector<simulator::Portion> portions;
  std::vector<simulator::ReadyPortion> ready_portions;
  std::size_t refused = 0;  ///< payloads whose shape was wrong
  std::vector<simulator::Request> oomnitza_requests;
  std::vector<simulator::Request> source_requests;
  std::vector<simulator::Request> unmatched;  ///< requests to the source that nothing answered
};

/// Compares with a scenario's "expect". One text for each thing that is not as it must be.
std::vector<std::string> check_outcome(const Json& expect, const Outcome& outcome, const Substitute& substitute);

/// Runs `program` through the scenario in a folder of its own and compares. Returns what is not as it must be, followed
/// by the program's output; nothing when all is well. Throws std::runtime_error when the scenario is malformed.
std::vector<std::string> run_scenario(const std::filesystem::path& file, const std::string& program);

}  // namespace connector::test
