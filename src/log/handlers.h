#pragma once

#include <spdlog/sinks/sink.h>

#include <filesystem>
#include <optional>

#include "connector/json.h"

namespace connector {

/// What the handlers of a logging.json have in common.
struct HandlerContext {
  const Json& formatters;
  std::filesystem::path folder;   ///< what relative file names are relative to
  bool stdout_is_result = false;  ///< handlers for stdout write to stderr
};

/// The handler that `settings` (handlers.X) describe. Throws std::runtime_error saying why it cannot be had.
spdlog::sink_ptr make_handler(const Json& settings, const HandlerContext& context);

/// Python's last resort: stderr, WARNING and above.
spdlog::sink_ptr last_resort_handler();

/// A level of Python's logging module as its number: "WARNING" or 30; nothing for null. Throws std::runtime_error for
/// anything else.
std::optional<int> level_number(const Json& level);

/// Lets pass what is at or above a level's number.
spdlog::level::level_enum threshold(int level_number);

}  // namespace connector
