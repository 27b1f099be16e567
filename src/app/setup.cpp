#include "app/setup.h"

#include <algorithm>
#include <utility>

#include "log/rate_limited.h"
#include "platform/stop_signals.h"

namespace connector {
namespace {

/// Of one record in a record filter of managed mode, where one integration must not hold up the others; as much as
/// templates have.
constexpr auto time_limit_of_managed_code = std::chrono::seconds(10);

const Plugin* plugin_of(std::span<const Plugin> plugins, const Section& section) {
  const auto found = std::find_if(plugins.begin(), plugins.end(),
                                  [&](const Plugin& plugin) { return plugin.section == section.connector(); });
  return found == plugins.end() ? nullptr : &*found;
}

std::string variable(const EnvironmentVariables& variables, const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? "" : found->second;
}

/// Apple's names of models, by serial number.
std::string ask_mac_model(const Http& http, const std::string& serial_number) {
  return http.get("https://nam.oomnitza.com/", {{"sn", serial_number}}).body;
}

/// For converter() in Python code. The converters outlive it.
InlineCode::CallBuiltIn calls_to(const BuiltInConverters& converters) {
  return [&converters](const std::string& name, const Json& record, const Parameters& parameters) {
    const BuiltInConverters::Converter* converter = BuiltInConverters::find(name);
    if (converter == nullptr) throw ConversionError("there is no converter \"" + name + "\"");
    return converters.convert(*converter, record, nullptr, parameters);
  };
}

}  // namespace

int run_logged(const Invocation& invocation, bool stdout_is_result,
               const std::function<int(const Logging&, const std::stop_token&)>& body) {
  const StopSignals signals;
  const Logging logging({.file = invocation.line.logging_config,
                         .program_folder = invocation.program_folder,
                         .stdout_is_result = stdout_is_result});
  const Log log = logging.logger("connector");
  try {
    return body(logging, signals.token());
  } catch (const ConfigError& error) {
    for (const std::string& complaint : error.complaints()) log.error("{}", complaint);
  } catch (const AuthenticationError& error) {
    log.error("{}", error.what());
  }
  return nothing_ran;
}

CloudAccess::CloudAccess(const Invocation& invocation, const Logging& logging, const std::stop_token& stop,
                         std::vector<std::string>& complaints)
    : configuration(read_configuration({.ini = invocation.line.ini,
                                        .env_file = invocation.line.env_file,
                                        .ini_only = invocation.line.ini_only,
                                        .program_folder = invocation.program_folder},
                                       invocation.plugins)) {
  const Section* section = configuration.find("oomnitza");
  if (section == nullptr) {
    throw ConfigError(configuration.origin + ": there is no section [oomnitza]: add it, with url and api_token");
  }
  const SettingsContext context{
      .variables = configuration.variables, .fetch_secrets = {}, .log = logging.logger("connector")};
  settings = make_cloud_settings(*section, context, complaints);
  cloud = std::make_unique<Oomnitza>(settings, variable(configuration.variables, "OOMNITZA_CONNECTOR_SOURCE"),
                                     rate_limited(logging.logger("connectors/oomnitza")), stop);
}

CustomCode::CustomCode(const CloudAccess& access, const Logging& logging, const std::stop_token& stop)
    : built_in_(ConverterServices{.locations = [cloud = access.cloud.get()] { return cloud->locations(); },
                                  .mac_model = [http = Http({}, logging.logger("connector"), stop)](
                                                   const std::string& number) { return ask_mac_model(http, number); }},
                logging.logger("connector")) {
  const Section* section = access.configuration.find("converters");
  if (section != nullptr) converters_ = section->entries;
  if (!converters_.empty()) compile(logging.logger("connector"));
}

std::unique_ptr<InlineCode> CustomCode::compile(const Log& log) const {
  auto code = std::make_unique<InlineCode>(calls_to(built_in_), log, time_limit_of_managed_code);
  for (const Entry& entry : converters_) code->add_converter(entry.key, entry.value, entry.origin);
  return code;
}

Setup::Setup(const Invocation& invocation, const Logging& logging, const std::stop_token& stop)
    : log_(logging.logger("connector")), access_(invocation, logging, stop, complaints_) {
  const Http mac_models({}, log_, stop);
  built_in_ = std::make_unique<BuiltInConverters>(
      ConverterServices{
          .locations = [this] { return cloud().locations(); },
          .mac_model = [mac_models](const std::string& number) { return ask_mac_model(mac_models, number); }},
      log_);
  choose_sections(invocation);
  compile_code();
  for (ReadySection& ready : sections_) {
    set_tools(*ready.section.connector, *ready.section.plugin, invocation, logging, stop);
    check_mapping(ready.section);
  }
  if (!complaints_.empty()) throw ConfigError(complaints_);
}

void Setup::choose_sections(const Invocation& invocation) {
  const Configuration& configuration = access_.configuration;
  const SettingsContext context{.variables = configuration.variables, .fetch_secrets = {}, .log = log_};
  std::vector<std::string> names = invocation.line.sections;
  if (names.empty()) {  // --show-mappings alone: every enabled one
    for (const Section& section : configuration.sections) {
      std::vector<std::string> ignored;
      if (plugin_of(invocation.plugins, section) != nullptr && is_enabled(section, ignored))
        names.push_back(section.name);
    }
  }
  const Section* cloud = configuration.find("oomnitza");
  for (const std::string& name : names) {
    const Section* section = configuration.find(name);
    if (section == nullptr) {
      log_.error("section [{}] does not exist in {}, it does not run", name, configuration.origin);
      all_named_can_run_ = false;
      continue;
    }
    const Plugin* plugin = plugin_of(invocation.plugins, *section);
    if (plugin == nullptr) {
      log_.error("{}: section [{}]: there is no connector \"{}\", it does not run", section->origin, name,
                 section->connector());
      all_named_can_run_ = false;
      continue;
    }
    const std::size_t before = complaints_.size();
    if (!is_enabled(*section, complaints_)) {
      if (complaints_.size() == before) {
        log_.error("{}: section [{}] is not enabled, it does not run: set enable = True", section->origin, name);
        all_named_can_run_ = false;
      }
      continue;
    }
    if (cloud != nullptr && section < cloud) {
      complaints_.push_back(fmt::format("{}: section [{}] stands before [oomnitza]: move [oomnitza] to the beginning",
                                        section->origin, name));
    }
    if (auto made = make_connector(*section, *plugin, context, complaints_)) {
      sections_.push_back({.section = std::move(*made), .record_filter = nullptr, .mapping = std::nullopt});
    }
  }
  if (sections_.empty() && complaints_.empty()) {
    complaints_.push_back("none of the named sections can run: check their names and enable = True in " +
                          configuration.origin);
  }
}

void Setup::compile_code() {
  const Section* converters = access_.configuration.find("converters");
  const bool has_converters = converters != nullptr && !converters->entries.empty();
  const bool has_filters = std::any_of(sections_.begin(), sections_.end(),
                                       [](const ReadySection& ready) { return !ready.section.recordfilter.empty(); });
  if (!has_converters && !has_filters) return;

  const auto complain_of = [&](auto compile) {
    try {
      compile();
    } catch (const ConfigError& error) {
      complaints_.insert(complaints_.end(), error.complaints().begin(), error.complaints().end());
    }
  };
  complain_of([&] { inline_code_ = std::make_unique<InlineCode>(calls_to(*built_in_), log_); });
  if (!inline_code_) return;
  if (has_converters) {
    for (const Entry& entry : converters->entries) {
      complain_of([&] { inline_code_->add_converter(entry.key, entry.value, entry.origin); });
    }
  }
  for (ReadySection& ready : sections_) {
    const ConnectorSection& section = ready.section;
    if (section.recordfilter.empty()) continue;
    complain_of([&] {
      ready.record_filter = inline_code_->add_filter(section.name, section.recordfilter, section.recordfilter_origin);
    });
  }
}

void Setup::check_mapping(const ConnectorSection& section) {
  const Json without_cloud = merged_mapping(*section.plugin, Json::object(), section.mapping, Log());
  const auto complain = [&](const std::string& problem) {
    complaints_.push_back(fmt::format("{}: section [{}], {}", section.origin, section.name, problem));
  };
  try {
    Mapping(without_cloud, section.values, {*built_in_, inline_code_.get()}, Log());
  } catch (const ConfigError& error) {
    for (const std::string& problem : error.complaints()) complain(problem);
  }
  if (section.connector->use_server_map) return;  // the cloud may still name the source
  for (const std::string& field : incomplete_fields(without_cloud)) {
    complain(fmt::format("mapping.{} names no source, setting or hardcoded value: add one of them", field));
  }
}

void Setup::set_tools(Connector& connector, const Plugin& plugin, const Invocation& invocation, const Logging& logging,
                      const std::stop_token& stop) const {
  connector.log = logging.logger(connector_logger_name(plugin.mapping_name));
  connector.http = Http(connector.tls(), connector.log, stop);
  connector.stop = stop;
  connector.workers = invocation.line.workers;
  connector.all_attributes = invocation.line.save_data;
}

const Json& Setup::mapping(ReadySection& ready) const {
  if (!ready.mapping) {
    const ConnectorSection& section = ready.section;
    const Json cloud =
        section.connector->use_server_map ? access_.cloud->mapping(section.plugin->mapping_name) : Json::object();
    Json merged = merged_mapping(*section.plugin, cloud, section.mapping, section.connector->log);
    std::vector<std::string> complaints;
    for (const std::string& field : incomplete_fields(merged)) {
      complaints.push_back(
          fmt::format("{}: section [{}], mapping.{} names no source, setting or hardcoded value, and "
                      "Oomnitza maps nothing to it",
                      section.origin, section.name, field));
    }
    if (!complaints.empty()) throw ConfigError(complaints);
    ready.mapping = std::move(merged);
  }
  return *ready.mapping;
}

Processing Setup::processing(ReadySection& ready) const {
  Processing processing{.mapping = Mapping(mapping(ready), ready.section.values, {*built_in_, inline_code_.get()},
                                           ready.section.connector->log),
                        .inline_code = inline_code_.get(),
                        .record_filter = ready.record_filter};
  ready.section.connector->sources = processing.mapping.sources();
  return processing;
}

}  // namespace connector
