#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace connector {

/// The command line.
struct CommandLine {
  std::string action;                 ///< the first word; empty when there is none
  std::vector<std::string> sections;  ///< the further words, each once, without "ini_only"
  bool ini_only = false;

  std::optional<std::filesystem::path> ini;
  std::optional<std::filesystem::path> env_file;
  std::optional<std::filesystem::path> logging_config;
  std::filesystem::path state_dir;  ///< --state-dir, else $STATE_DIRECTORY, else the working folder
  std::size_t record_count = 0;     ///< 0: all
  unsigned workers = 2;             ///< at least 1
  bool testmode = false;
  bool save_data = false;
  bool show_mappings = false;
  bool ignore_cloud_maintenance = false;
};

/// The command line is no good: what() says why, then how it is used.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Asked for with -h: what() is the text for standard output.
struct HelpRequest {
  std::string text;
};

/// actions: a line for each, for the help. Throws UsageError, HelpRequest.
CommandLine parse_command_line(int argc, const char* const* argv, const std::string& actions);

}  // namespace connector
