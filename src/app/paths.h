#pragma once

#include <filesystem>
#include <optional>

#include "app/command_line.h"

namespace connector {

/// Where files are, decided once from the command line, the environment and what there is. Nothing else knows the
/// working folder, the program's own folder or a name by default.
struct Paths {
  explicit Paths(const CommandLine& line);

  /// --ini; else config.ini here, beside the program, in the user's configuration folder ($XDG_CONFIG_HOME/connector),
  /// in /etc/connector
  std::filesystem::path ini;
  std::filesystem::path env_file;                       ///< --env-file, else .env here
  std::optional<std::filesystem::path> logging_config;  ///< --logging-config; else logging.json here, beside the
                                                        ///< program; else nothing
  std::filesystem::path state;      ///< what must outlast a run: --state-dir, else $STATE_DIRECTORY, else here
  std::filesystem::path save_data;  ///< of --save-data
};

}  // namespace connector
