// Runs the program through every scenario of tests/connectors/*/ and tests/integration/scenarios/*/. CONNECTOR_PROGRAM
// and CONNECTOR_SCENARIOS in the environment name another program or another folder of scenarios for the connectors.
#include "support/scenario.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace connector::test::scenario_test {

std::string from_environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

class Scenario : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Scenario, Run) {
  for (const std::string& problem : run_scenario(GetParam(), from_environment("CONNECTOR_PROGRAM", CONNECTOR_PROGRAM)))
    ADD_FAILURE() << problem;
}

std::string test_name(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param.parent_path().filename().string() + "_" + info.param.stem().string();
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Connectors, Scenario,
                         testing::ValuesIn(scenario_files(from_environment("CONNECTOR_SCENARIOS",
                                                                           SOURCE_FOLDER "/tests/connectors"))),
                         test_name);

INSTANTIATE_TEST_SUITE_P(Managed, Scenario,
                         testing::ValuesIn(scenario_files(SOURCE_FOLDER "/tests/integration/scenarios")), test_name);

}  // namespace connector::test::scenario_test
