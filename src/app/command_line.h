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
  std::optional<std::filesystem::path> state_dir;
  std::size_t record_count = 0;  ///< 0: all
  unsigned workers = 2;          ///< at least 1
  bool testmode = false;
  bool save_data = false;
  bool show_mappings = false;
  bool ignore_cloud_maintenance = false;
};

/// The command line cannot be used: what() says why, then how it is used.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace connector
