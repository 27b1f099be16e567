#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "connector/log.h"

namespace connector {

struct LoggingChoice {
  std::optional<std::filesystem::path> file = {};  ///< logging.json; nothing: INFO and above to standard error
  bool stdout_is_result = false;                   ///< handlers for stdout write to stderr
  std::optional<Level> level_of_streams = {};      ///< what handlers for streams let pass, whatever the file says
  bool json_lines = false;                         ///< each line is a JSON object, whatever the file says
};

class Console;

/// The program's loggers, as logging.json describes them; relative names of log files are relative to the working
/// folder, as in Python. Throws ConfigError when a named file is missing or a file is not a JSON object. Handlers that
/// cannot be opened are warned about and skipped.
class Logging {
 public:
  explicit Logging(const LoggingChoice& choice);
  ~Logging();

  /// "connector", "connectors/netbox", "connectors/oomnitza".
  Log logger(const std::string& name) const;

  /// Standard error, as handlers for it write to it.
  Console& console() const;

  /// Closes the log files and opens what has their names now. May outlive this object; any thread may call it.
  std::function<void()> reopener() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// The logger's name of a mapping name: "CSV_assets" -> "connectors/csv_assets", "JSON-users" ->
/// "connectors/json_users".
std::string connector_logger_name(const std::string& mapping_name);

}  // namespace connector
