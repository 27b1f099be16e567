#include "log/handlers.h"

#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "log/file_sink.h"
#include "log/python_format.h"

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

std::unique_ptr<PythonFormat> make_formatter(const Json& formatters, const std::string& name) {
  const auto found = formatters.find(name);
  const Json settings = found == formatters.end() ? Json() : *found;
  const std::string format = text(settings, "format");
  return std::make_unique<PythonFormat>(format.empty() ? default_format : format, text(settings, "datefmt"));
}

spdlog::sink_ptr make_file_handler(const Json& settings, const std::filesystem::path& folder, bool rotates) {
  const std::string file = text(settings, "filename");
  if (file.empty()) throw std::runtime_error("it has no filename");
  return std::make_shared<FileSink>(folder / file, rotates ? number(settings, "maxBytes") : 0,
                                    number(settings, "backupCount"));
}

spdlog::sink_ptr make_sink(const Json& settings, const HandlerContext& context) {
  const std::string type = text(settings, "class");
  if (type == "logging.NullHandler") return std::make_shared<spdlog::sinks::null_sink_mt>();
  if (type == "logging.FileHandler") return make_file_handler(settings, context.folder, false);
  if (type == "logging.handlers.RotatingFileHandler" || type == "lib.config.RotateHandler")
    return make_file_handler(settings, context.folder, true);
  if (type != "logging.StreamHandler") throw std::runtime_error(fmt::format("unknown class \"{}\"", type));
  if (text(settings, "stream") == "ext://sys.stdout" && !context.stdout_is_result)
    return std::make_shared<spdlog::sinks::stdout_sink_mt>();
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

}  // namespace

spdlog::sink_ptr make_handler(const Json& settings, const HandlerContext& context) {
  const std::optional<int> level = level_number(at(settings, "level"));
  spdlog::sink_ptr sink = make_sink(settings, context);
  sink->set_level(threshold(level.value_or(0)));
  sink->set_formatter(make_formatter(context.formatters, text(settings, "formatter")));
  return sink;
}

spdlog::sink_ptr last_resort_handler() {
  return make_handler({{"class", "logging.StreamHandler"}, {"level", "WARNING"}},
                      {.formatters = Json::object(), .folder = {}});
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
