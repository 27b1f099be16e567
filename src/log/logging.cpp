#include "log/logging.h"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "connector/error.h"
#include "connector/json.h"
#include "log/console.h"
#include "log/file_sink.h"
#include "log/handlers.h"
#include "log/redactor.h"
#include "platform/path.h"
#include "text/text.h"

namespace connector {

namespace {

namespace fs = std::filesystem;

/// What counts when there is no logging.json. Who watches knows the day, and messages name their section.
constexpr std::string_view default_configuration = R"({
  "formatters": {"watched": {"format": "%(asctime)s %(levelname)-8s %(message)s", "datefmt": "%H:%M:%S"}},
  "handlers": {"console": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr"},
               "watched": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "watched"}},
  "root": {"level": "INFO"}
})";

Json default_settings(const Console& console) {
  Json configuration = parse_json(default_configuration);
  configuration["root"]["handlers"] = Json::array({console.is_live() ? "watched" : "console"});
  return configuration;
}

Json read_configuration(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || fs::is_directory(file))
    throw ConfigError(fmt::format("The logging configuration {} cannot be read: is it there?", shown_path(file)));
  try {
    Json configuration = parse_json(std::string(std::istreambuf_iterator<char>(stream), {}));
    if (configuration.is_object()) return configuration;
  } catch (const JsonError& error) {
    throw ConfigError(
        fmt::format("The logging configuration {} is not valid JSON: {}", shown_path(file), error.what()));
  }
  throw ConfigError(fmt::format("The logging configuration {} is not a JSON object", shown_path(file)));
}

constexpr std::size_t longest_line = std::size_t{16} << 10;

/// Where a string of at most so many bytes ends that cuts no character.
std::size_t cut_at(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text.size();
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return most;
}

/// One record is one line that cannot be taken for another: control characters are shown, further lines are indented.
/// What names and answers from the network make longer than it can be read is cut.
std::string visible(const std::string& message) {
  std::string result;
  const std::size_t shown = cut_at(message, longest_line);
  result.reserve(shown);
  for (const char c : std::string_view(message).substr(0, shown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      result += "\n    ";
    else if ((byte < 0x20 && c != '\t') || byte == 0x7F)
      result += fmt::format("\\x{:02x}", byte);
    else
      result += c;
  }
  if (shown < message.size()) result += fmt::format("… ({} more bytes)", message.size() - shown);
  return result;
}

spdlog::level::level_enum spdlog_level(Level level) {
  return threshold(static_cast<int>(level));
}

/// One logger as a Log sees it.
class LoggerOutput final : public Log::Output {
 public:
  LoggerOutput(std::shared_ptr<spdlog::logger> logger, std::shared_ptr<Redactor> redactor)
      : logger_(std::move(logger)), redactor_(std::move(redactor)) {}

  bool enabled(Level level) const override { return logger_->should_log(spdlog_level(level)); }
  void write(Level level, const std::string& message) override {
    logger_->log(spdlog_level(level), spdlog::string_view_t(visible(redactor_->redact(message))));
  }
  void hide(std::string_view secret) override { redactor_->hide(secret); }
  std::string redact(std::string text) const override { return redactor_->redact(std::move(text)); }

 private:
  std::shared_ptr<spdlog::logger> logger_;
  std::shared_ptr<Redactor> redactor_;
};

/// The first time only: a disk that is full stays so.
void tell_loss(const std::string& reason) {
  static std::once_flag told;
  std::call_once(
      told, [&] { std::fputs(fmt::format("connector: lines of the log are lost: {}\n", reason).c_str(), stderr); });
}

}  // namespace

struct Logging::State {
  /// What a logging.json says about one logger.
  struct LoggerSettings {
    std::optional<int> level;
    std::vector<spdlog::sink_ptr> handlers;
    bool propagate = true;
  };

  std::shared_ptr<Redactor> redactor = std::make_shared<Redactor>();
  std::map<std::string, LoggerSettings> loggers;  ///< the root's name is empty
  std::vector<std::shared_ptr<FileSink>> files;
  std::vector<std::string> warnings;  ///< about the configuration

  const std::shared_ptr<Console> console = std::make_shared<Console>();
  spdlog::level::level_enum lowest_level = spdlog::level::off;  ///< that a handler wants whatever a logger says

  void configure(const Json& configuration, const LoggingChoice& choice) {
    std::map<std::string, spdlog::sink_ptr> handlers;
    HandlerContext context{.formatters = at(configuration, "formatters"),
                           .console = console,
                           .stdout_is_result = choice.stdout_is_result,
                           .level_of_stream = {},
                           .json_lines = choice.json_lines};
    if (choice.level_of_streams) lowest_level = spdlog_level(*choice.level_of_streams);
    if (choice.level_of_streams) context.level_of_stream = lowest_level;
    for (const auto& [name, settings] : context.formatters.items()) {
      if (const auto problem = problem_with_formatter(settings)) {
        warnings.push_back(fmt::format("logging, formatter {}: {}", name, *problem));
      }
    }
    for (const auto& [name, settings] : at(configuration, "handlers").items())
      make_or_warn("handler " + name,
                   [&, &handler = handlers[name], &settings = settings] { handler = make_handler(settings, context); });
    for (const auto& [name, handler] : handlers) {
      if (auto file = std::dynamic_pointer_cast<FileSink>(handler)) files.push_back(std::move(file));
    }
    for (const auto& [name, settings] : at(configuration, "loggers").items())
      loggers[name] = read_logger("logger " + name, settings, handlers);
    const Json& root = at(configuration, "root");
    if (!root.is_null()) loggers[""] = read_logger("root", root, handlers);
  }

  LoggerSettings read_logger(const std::string& title, const Json& settings,
                             const std::map<std::string, spdlog::sink_ptr>& handlers) {
    LoggerSettings logger;
    make_or_warn(title, [&] { logger.level = level_number(at(settings, "level")); });
    for (const Json& name : at(settings, "handlers")) {
      const auto found = name.is_string() ? handlers.find(name.get<std::string>()) : handlers.end();
      if (found == handlers.end())
        warnings.push_back(fmt::format("logging, {}: handler {} is not defined", title, to_text(name)));
      else if (found->second)
        logger.handlers.push_back(found->second);
    }
    const Json& propagate = at(settings, "propagate");
    logger.propagate = propagate.is_null() || !is_empty(propagate);
    return logger;
  }

  template <class Make>
  void make_or_warn(const std::string& title, Make make) {
    try {
      make();
    } catch (const std::runtime_error& problem) {
      warnings.push_back(fmt::format("logging, {} skipped: {}", title, problem.what()));
    }
  }

  /// The loggers that are configured from a name upwards to the root, as for Python: names split at dots.
  std::vector<const LoggerSettings*> chain(std::string name) const {
    std::vector<const LoggerSettings*> chain;
    while (true) {
      if (const auto found = loggers.find(name); found != loggers.end()) chain.push_back(&found->second);
      if (name.empty()) return chain;
      const std::size_t dot = name.rfind('.');
      name.resize(dot == std::string::npos ? 0 : dot);
    }
  }

  std::shared_ptr<spdlog::logger> make_logger(const std::string& name) const {
    const std::vector<const LoggerSettings*> ancestors = chain(name);
    const auto has_level = [](const LoggerSettings* logger) { return logger->level.value_or(0) > 0; };
    const auto leveled = std::find_if(ancestors.begin(), ancestors.end(), has_level);

    std::vector<spdlog::sink_ptr> handlers;
    for (const LoggerSettings* logger : ancestors) {
      handlers.insert(handlers.end(), logger->handlers.begin(), logger->handlers.end());
      if (!logger->propagate) break;
    }
    if (handlers.empty()) handlers.push_back(last_resort_handler(console));

    auto logger = std::make_shared<spdlog::logger>(name, handlers.begin(), handlers.end());
    const auto level = threshold(leveled != ancestors.end() ? (*leveled)->level.value() : root_level());
    logger->set_level(std::min(level, lowest_level));
    logger->set_error_handler(tell_loss);
    return logger;
  }

  /// Python's root lets warnings pass unless its level is given; NOTSET is everything.
  int root_level() const {
    const auto root = loggers.find("");
    return root == loggers.end() ? 30 : root->second.level.value_or(30);
  }
};

Logging::Logging(const LoggingChoice& choice) : state_(std::make_shared<State>()) {
  const std::optional<fs::path>& file = choice.file;
  state_->configure(file ? read_configuration(*file) : default_settings(*state_->console), choice);
  for (const std::string& warning : state_->warnings) logger("connector").warning("{}", warning);
}

Logging::~Logging() = default;

Log Logging::logger(const std::string& name) const {
  return Log(std::make_shared<LoggerOutput>(state_->make_logger(name), state_->redactor));
}

Console& Logging::console() const {
  return *state_->console;
}

std::function<void()> Logging::reopener() const {
  return [state = state_] {
    for (const auto& file : state->files) file->reopen();
  };
}

std::string connector_logger_name(const std::string& mapping_name) {
  std::string name = "connectors/" + ascii_lower_case(mapping_name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace connector
