#pragma once

#include <spdlog/sinks/sink.h>

#include <memory>
#include <optional>
#include <string>

#include "connector/json.h"
#include "log/console.h"

namespace connector {

/// What the handlers of a logging.json have in common.
struct HandlerContext {
  const Json& formatters;
  std::shared_ptr<Console> console;
  bool stdout_is_result = false;                             ///< handlers for stdout write to stderr
  std::optional<spdlog::level::level_enum> level_of_stream;  ///< of handlers for streams, whatever they say
  bool json_lines = false;                                   ///< each line is JSON, whatever the formatters say
};

/// The handler that `settings` (handlers.X) describe. Throws std::runtime_error saying why it cannot be had.
spdlog::sink_ptr make_handler(const Json& settings, const HandlerContext& context);

/// Python's last resort: stderr, WARNING and above.
spdlog::sink_ptr last_resort_handler(const std::shared_ptr<Console>& console);

/// Why a formatter (formatters.X) is not the one that it names; nothing when it is.
std::optional<std::string> problem_with_formatter(const Json& settings);

/// A level of Python's logging module as its number: "WARNING" or 30; nothing for null. Throws std::runtime_error for
/// anything else.
std::optional<int> level_number(const Json& level);

/// Lets pass what is at or above a level's number.
spdlog::level::level_enum threshold(int level_number);

}  // namespace connector
