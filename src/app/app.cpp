#include "app/app.h"

#include <utility>

#include "config/problem.h"
#include "http/proxy.h"
#include "log/credentials.h"
#include "log/prefixed.h"
#include "log/rate_limited.h"
#include "platform/memory.h"
#include "platform/path.h"
#include "sync/metrics_listener.h"
#include "sync/progress.h"
#include "sync/undelivered.h"
#include "version.h"

namespace connector {
namespace {

std::string variable(const EnvironmentVariables& variables, const std::string& name) {
  const std::optional<VariableValue> found = variable_value(variables, name);
  return found ? found->value : "";
}

SecretQuery query_of(const Section& section, const SectionSettings& settings, const std::vector<std::string>& keys) {
  return {
      .name = settings.vault_alias.empty() ? section.name : settings.vault_alias, .keys = keys, .settings = settings};
}

std::optional<Level> level_of_streams(const CommandLine& line) {
  if (line.verbose) return Level::debug;
  return line.quiet ? std::optional(Level::warning) : std::nullopt;
}

}  // namespace

App::App(const CommandLine& line_, const Paths& paths_, const Plugins& plugins_, bool stdout_is_result)
    : line(line_),
      paths(paths_),
      plugins(plugins_),
      logging_({.file = paths_.logging_config,
                .stdout_is_result = stdout_is_result,
                .level_of_streams = level_of_streams(line_),
                .json_lines = line_.log_format == "json"}),
      log_(logging_.logger("connector")),
      current_({.ini = paths.ini,
                .env_file = paths.env_file,
                .ini_is_named = line.ini.has_value() || line.ini_only,
                .env_file_is_named = line.env_file.has_value()},
               plugins_) {
  keep_memory_private();
  use_few_arenas();
}

void App::read_configuration() {
  configuration_ = current_configuration();
  for (const std::string& proxy : http::proxy_addresses()) hide_credentials(log_, proxy);
  for (const std::string& warning : configuration_->warnings) log_.warning("{}", warning);
  const Section* section = configuration_->find("oomnitza");
  if (section == nullptr) {
    throw ConfigError(configuration_->origin + ": section [oomnitza] is missing: add it, with url and api_token");
  }
  cloud_settings_ = make_cloud_settings(*section, settings_context(), problems);
  const std::string source = variable(configuration_->variables, "OOMNITZA_CONNECTOR_SOURCE");
  cloud_ = std::make_unique<Oomnitza>(cloud_settings_, source, rate_limited(logging_.logger("connectors/oomnitza")),
                                      stop(), timing());
  if (!line.testmode) {
    history_ = std::make_unique<History>(paths.state / state_file_name, cloud_settings_.history_days, log_);
  }
  const Http mac_models({}, log_, stop(), AfterStop::refuse, timing());
  built_in_ = std::make_unique<BuiltInConverters>(
      ConverterServices{.locations = [cloud = cloud_.get()] { return cloud->locations(); },
                        .mac_model =
                            [mac_models](const std::string& number) {
                              return mac_models.get("https://nam.oomnitza.com/", {{"sn", number}}).body;
                            }},
      rate_limited(log_));
}

void App::introduce() const {
  std::string sections;
  for (const std::string& name : line.sections) sections += (sections.empty() ? "" : ", ") + name;
  const std::optional<UrlParts> url = parse_url(cloud_settings_.url.value);
  log_.info("connector {} (protocol {}), configuration {}, sections: {}, Oomnitza {}, state folder {}", product_version,
            protocol_version, configuration_->origin, sections.empty() ? "all" : sections,
            url ? url->origin() + (url->path == "/" ? "" : url->path) : "without url", shown_path(paths.state));
}

Timing App::timing() const {
  Timing timing;
  if (line.no_retry) timing.max_retries = 0;
  return timing;
}

void App::keep_metrics() {
  metrics_ = std::make_unique<Metrics>();
  metrics_->watch_undelivered([folder = paths.state] { return count_undelivered(folder); });
  cloud_->observe(request_observer());
}

RequestObserver App::request_observer() const {
  if (!metrics_) return {};
  return [metrics = metrics_.get()](const std::string& host, int status) { metrics->count_request(host, status); };
}

void App::expect_runs_of(const std::string& section) {
  expect_runs(metrics_.get(), history_.get(), section);
}

void App::work_on_after_stop(std::chrono::milliseconds patience) {
  late_stop_.emplace();
  deadline_.emplace(told_to_stop(), patience, [source = *late_stop_]() mutable { source.request_stop(); });
}

void App::reopen_logs_on_hangup() {
  signals_.on_hangup(logging_.reopener());
}

std::chrono::milliseconds App::progress_interval() const {
  const bool is_unwanted = line.no_progress || line.quiet || line.testmode;
  return is_unwanted ? std::chrono::milliseconds(0) : ProgressListener::interval(logging_.console());
}

Log App::section_log(const Section& section, const Plugin& plugin) const {
  return prefixed(logging_.logger(connector_logger_name(plugin.mapping_name)),
                  fmt::format("section [{}]: ", section.name));
}

SecretTools App::secret_tools(const Log& log) const {
  return {.variable = [this](const std::string& name) { return variable(configuration_->variables, name); },
          .log = log,
          .stop = stop(),
          .timing = timing(),
          .renewals = renewals_.get()};
}

void App::keep_stores_open() {
  renewals_ = std::make_unique<Renewals>();
  const FetchSecrets keep_open = [this](const Section& section, const SectionSettings& settings,
                                        const std::vector<std::string>& keys, const Log&) {
    keep_store_open(query_of(section, settings, keys), secret_tools(log_));
    return SecretValues();
  };
  for (const Section& section : configuration_->sections) {
    if (!is_integration(section.name)) continue;
    ManagedSettings settings;
    Problems told_by_the_sync;
    try {
      fill_settings(settings, managed_settings(), section,
                    {.variables = configuration_->variables, .fetch_secrets = keep_open, .log = Log()},
                    told_by_the_sync);
    } catch (const std::exception& error) {
      log_.debug("section [{}]: its store cannot be asked yet: {}", section.name, error.what());
    }
  }
}

FetchSecrets App::fetch_secrets() const {
  return [this](const Section& section, const SectionSettings& settings, const std::vector<std::string>& keys,
                const Log& log) {
    try {
      return connector::fetch_secrets(query_of(section, settings, keys), secret_tools(log));
    } catch (const std::exception& error) {
      throw ConfigError(problem_with(section, "vault_keys", error.what()));
    }
  };
}

SettingsContext App::settings_context() const {
  return {.variables = configuration_->variables, .fetch_secrets = fetch_secrets(), .log = log_};
}

void App::throw_problems() const {
  if (!problems.empty()) throw ConfigError(problems);
}

std::unique_ptr<InlineCode> App::make_inline_code(const Log& log,
                                                  std::optional<std::chrono::milliseconds> time_limit) const {
  const auto call_built_in = [built_in = built_in_.get()](const std::string& name, const Json& record,
                                                          const Parameters& parameters) {
    const BuiltInConverters::Converter* converter = BuiltInConverters::find(name);
    if (converter == nullptr) throw ConversionError("unknown converter \"" + name + "\"");
    return built_in->convert(*converter, record, nullptr, parameters);
  };
  return std::make_unique<InlineCode>(call_built_in, log, time_limit, stop());
}

std::unique_ptr<InlineCode> App::compile_converters(const Log& log, std::optional<std::chrono::milliseconds> time_limit,
                                                    Problems& found) const {
  std::unique_ptr<InlineCode> code = make_inline_code(log, time_limit);
  const Section* section = configuration_->find("converters");
  if (section == nullptr) return code;
  for (const Entry& entry : section->entries) {
    try {
      code->add_converter(entry.key, entry.value, entry.origin);
    } catch (const ConfigError& error) {
      found.insert(found.end(), error.problems().begin(), error.problems().end());
    }
  }
  return code;
}

}  // namespace connector
