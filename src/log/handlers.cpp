#include "log/handlers.h"

#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "log/console_sink.h"
#include "log/file_sink.h"
#include "log/json_format.h"
#include "log/python_format.h"
#include "log/syslog_sink.h"
#include "log/timed_file_sink.h"

namespace connector {

namespace {

constexpr std::string_view default_format = "%(name)s: %(asctime)s - %(levelname)s - %(message)s";

std::string text(const Json& settings, std::string_view name) {
  const Json& value = at(settings, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

unsigned number(const Json& settings, std::string_view name) {
  const Json& value = at(settings, name);
  return value.is_number() ? static_cast<unsigned>(std::clamp(value.get<double>(), 0.0, 4e9)) : 0;
}

/// The class that a formatter names, as Python's "class" or "()"; empty for the usual one.
std::string class_of(const Json& formatter) {
  const std::string name = text(formatter, "()");
  return name.empty() ? text(formatter, "class") : name;
}

bool is_json_formatter(const std::string& name) {
  return name.ends_with("JsonFormatter");
}

std::unique_ptr<spdlog::formatter> make_formatter(const HandlerContext& context, const std::string& name) {
  const auto found = context.formatters.find(name);
  const Json settings = found == context.formatters.end() ? Json() : *found;
  if (context.json_lines || is_json_formatter(class_of(settings))) return std::make_unique<JsonFormat>();
  const std::string format = text(settings, "format");
  return std::make_unique<PythonFormat>(format.empty() ? default_format : format, text(settings, "datefmt"));
}

std::string file_name(const Json& settings) {
  std::string name = text(settings, "filename");
  if (name.empty()) throw std::runtime_error("it has no filename");
  return name;
}

spdlog::sink_ptr make_timed_file(const Json& settings) {
  const std::string when = text(settings, "when");
  const RotationSchedule schedule(when.empty() ? "h" : when, static_cast<int>(number(settings, "interval")),
                                  at(settings, "utc") == true);
  return std::make_shared<TimedFileSink>(file_name(settings), text(settings, "encoding"), schedule,
                                         number(settings, "backupCount"));
}

spdlog::sink_ptr make_sized_file(const Json& settings, std::uintmax_t max_bytes) {
  return std::make_shared<SizedFileSink>(file_name(settings), text(settings, "encoding"), max_bytes,
                                         number(settings, "backupCount"));
}

spdlog::sink_ptr make_stream(const Json& settings, const HandlerContext& context) {
  if (text(settings, "stream") == "ext://sys.stdout" && !context.stdout_is_result) {
    return std::make_shared<spdlog::sinks::stdout_sink_mt>();
  }
  return std::make_shared<ConsoleSink>(context.console);
}

spdlog::sink_ptr make_sink(const Json& settings, const HandlerContext& context) {
  const std::string type = text(settings, "class");
  if (type == "logging.StreamHandler") return make_stream(settings, context);
  if (type == "logging.NullHandler") return std::make_shared<spdlog::sinks::null_sink_mt>();
  if (type == "logging.FileHandler") return make_sized_file(settings, 0);
  if (type == "logging.handlers.RotatingFileHandler" || type == "lib.config.RotateHandler") {
    return make_sized_file(settings, number(settings, "maxBytes"));
  }
  if (type == "logging.handlers.TimedRotatingFileHandler") return make_timed_file(settings);
  if (type == "logging.handlers.SysLogHandler") return std::make_shared<SyslogSink>(settings);
  throw std::runtime_error(fmt::format("unknown class \"{}\"", type));
}

}  // namespace

spdlog::sink_ptr make_handler(const Json& settings, const HandlerContext& context) {
  const std::optional<int> level = level_number(at(settings, "level"));
  spdlog::sink_ptr sink = make_sink(settings, context);
  const bool is_stream = text(settings, "class") == "logging.StreamHandler";
  sink->set_level(is_stream && context.level_of_stream ? *context.level_of_stream : threshold(level.value_or(0)));
  sink->set_formatter(make_formatter(context, text(settings, "formatter")));
  return sink;
}

spdlog::sink_ptr last_resort_handler(const std::shared_ptr<Console>& console) {
  return make_handler({{"class", "logging.StreamHandler"}, {"level", "WARNING"}},
                      {.formatters = Json::object(), .console = console, .level_of_stream = {}});
}

std::optional<std::string> problem_with_formatter(const Json& settings) {
  const std::string name = class_of(settings);
  if (name.empty() || name == "logging.Formatter" || is_json_formatter(name)) return std::nullopt;
  return fmt::format("its class \"{}\" is not known, logging.Formatter takes its place", name);
}

std::optional<int> level_number(const Json& level) {
  static const std::map<std::string, int> names = {{"NOTSET", 0},   {"DEBUG", 10}, {"INFO", 20},     {"WARN", 30},
                                                   {"WARNING", 30}, {"ERROR", 40}, {"CRITICAL", 50}, {"FATAL", 50}};
  if (level.is_null()) return std::nullopt;
  if (level.is_number()) return static_cast<int>(std::clamp(level.get<double>(), 0.0, 1000.0));
  const auto found = level.is_string() ? names.find(level.get<std::string>()) : names.end();
  if (found == names.end()) throw std::runtime_error(fmt::format("unknown level {}", to_text(level)));
  return found->second;
}

spdlog::level::level_enum threshold(int level_number) {
  if (level_number <= 10) return spdlog::level::debug;
  if (level_number <= 20) return spdlog::level::info;
  if (level_number <= 30) return spdlog::level::warn;
  if (level_number <= 40) return spdlog::level::err;
  if (level_number <= 50) return spdlog::level::critical;
  return spdlog::level::off;
}

}  // namespace connector
