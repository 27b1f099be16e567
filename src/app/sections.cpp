#include "app/sections.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "config/problem.h"
#include "convert/converters.h"
#include "log/rate_limited.h"
#include "mapping/field_spec.h"
#include "schedule/timetable.h"
#include "text/nearest.h"
#include "text/text.h"

namespace connector {
namespace {

std::vector<std::string> fields_of(const Json& specifications) {
  std::vector<std::string> fields;
  for (const auto& [field, specification] : specifications.items()) fields.push_back(field);
  return fields;
}

template <class Things, class Thing>
std::vector<std::string> names_of(const Things& things, std::string Thing::*name) {
  std::vector<std::string> names;
  for (const Thing& thing : things) names.push_back(thing.*name);
  return names;
}

void check_schedule(const Section& section, const std::string& schedule, Problems& problems) {
  if (schedule.empty()) return;
  try {
    const schedule::Timetable timetable(schedule);
  } catch (const std::invalid_argument& error) {
    problems.push_back(problem_with(section, "schedule", error.what()));
  }
}

std::vector<std::string> enabled_sections(const App& app) {
  std::vector<std::string> names;
  for (const Section& section : app.configuration().sections) {
    Problems ignored;
    if (app.plugins.find(section.connector()) != nullptr && is_enabled(section, ignored)) names.push_back(section.name);
  }
  return names;
}

}  // namespace

Sections::Sections(App& app, const std::vector<std::string>& names, Problems& problems)
    : app_(app), problems_(problems) {
  for (const std::string& name : names.empty() ? enabled_sections(app) : names) add(name);
  if (ready_.empty() && problems_.empty()) {
    const std::string& origin = app_.configuration().origin;
    problems_.emplace_back(
        names.empty() ? "nothing to do: no section is enabled: set enable = True for one in " + origin
                      : "none of the named sections can run: check their names and enable = True in " + origin);
  }
  compile_code();
  for (ReadySection& ready : ready_) {
    set_tools(ready);
    check_mapping(ready);
  }
}

/// Nothing when it cannot run, which is logged.
const Plugin* Sections::plugin_that_can_run(const Section* section, const std::string& name) {
  const Log& log = app_.log();
  if (section == nullptr) {
    log.error("section [{}] does not exist in {}; not running it{}", name, app_.configuration().origin,
              did_you_mean(name, names_of(app_.configuration().sections, &Section::name)));
    return nullptr;
  }
  const Plugin* plugin = app_.plugins.find(section->connector());
  if (plugin == nullptr) {
    log.error("{}: section [{}]: unknown connector \"{}\"; not running it{}", section->origin, name,
              section->connector(), did_you_mean(section->connector(), app_.plugins.sections()));
    return nullptr;
  }
  const std::size_t before = problems_.size();
  if (is_enabled(*section, problems_)) return plugin;
  if (problems_.size() == before) {
    log.error("{}: section [{}] is not enabled; not running it: set enable = True", section->origin, name);
  }
  return nullptr;
}

void Sections::add(const std::string& name) {
  const Configuration& configuration = app_.configuration();
  const Section* section = configuration.find(name);
  const Plugin* plugin = plugin_that_can_run(section, name);
  if (plugin == nullptr) {
    all_can_run_ = false;
    return;
  }
  if (const Section* cloud = configuration.find("oomnitza"); cloud != nullptr && section < cloud) {
    problems_.push_back({"stands before [oomnitza]: move [oomnitza] to the beginning", section->origin, name, ""});
  }
  if (auto made = make_connector(*section, *plugin, app_.settings_context(), problems_)) {
    check_schedule(*section, made->connector->schedule, problems_);
    ready_.push_back({.section = std::move(*made), .filter = {}, .specifications = {}});
  }
}

void Sections::compile_code() {
  const Section* converters = app_.configuration().find("converters");
  const bool has_converters = converters != nullptr && !converters->entries.empty();
  const bool has_filters = std::any_of(ready_.begin(), ready_.end(),
                                       [](const ReadySection& ready) { return !ready.section.recordfilter.empty(); });
  if (!has_converters && !has_filters) return;
  try {
    inline_code_ = app_.compile_converters(app_.log(), std::nullopt, problems_);
  } catch (const ConfigError& error) {
    problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
    return;
  }
  for (ReadySection& ready : ready_) {
    const ConnectorSection& section = ready.section;
    if (section.recordfilter.empty()) continue;
    try {
      ready.filter = {inline_code_.get(),
                      inline_code_->add_filter(section.name, section.recordfilter, section.recordfilter_origin)};
    } catch (const ConfigError& error) {
      problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
    }
  }
}

void Sections::check_mapping(ReadySection& ready) {
  const ConnectorSection& section = ready.section;
  const Json without_cloud = connector::merged_mapping(*section.plugin, Json::object(), section.mapping, Log());
  const auto add_problem = [&](const std::string& text) {
    problems_.push_back({text, section.origin, section.name, ""});
  };
  try {
    FieldMapping(field_specs(without_cloud), section.values, converters(), ready.filter, Log());
  } catch (const ConfigError& error) {
    for (const Problem& problem : error.problems()) add_problem(problem);
  }
  const std::vector<std::string> incomplete = incomplete_fields(without_cloud);
  ready.needs_cloud_mapping = !incomplete.empty();
  if (section.connector->use_server_map) return;
  for (const std::string& field : incomplete) {
    add_problem(fmt::format("mapping.{} names no source, setting or hardcoded value: add one of them", field));
  }
  try {
    check_sync_field(section.connector->sync_field, fields_of(without_cloud), Log());
  } catch (const SourceError& error) {
    add_problem(error.what());
  }
}

void Sections::set_tools(ReadySection& ready) const {
  Connector& connector = *ready.section.connector;
  connector.log = rate_limited(app_.section_log(*app_.configuration().find(ready.section.name), *ready.section.plugin));
  const RateLimits limits = limits_of(*ready.section.plugin, app_.line.workers);
  connector.http = Http(connector.tls(), connector.log, app_.stop(), AfterStop::refuse, app_.timing());
  connector.http.keep_within(limits);
  connector.http.observe(app_.request_observer());
  connector.stop = app_.stop();
  connector.workers = limits.in_flight;
  connector.all_attributes = app_.line.save_data;
}

Json Sections::merged_mapping(const ReadySection& ready) const {
  const ConnectorSection& section = ready.section;
  const Json cloud =
      section.connector->use_server_map ? app_.cloud().mapping(section.plugin->mapping_name) : Json(Json::object());
  Json merged = connector::merged_mapping(*section.plugin, cloud, section.mapping, section.connector->log);
  Problems problems;
  for (const std::string& field : incomplete_fields(merged)) {
    problems.push_back({fmt::format("mapping.{} names no source, setting or hardcoded value, and Oomnitza maps nothing "
                                    "to it",
                                    field),
                        section.origin, section.name, ""});
  }
  if (!problems.empty()) throw ConfigError(problems);
  return merged;
}

std::unique_ptr<FieldMapping> Sections::make_mapping(ReadySection& ready, const Json& specifications,
                                                     const Faults& faults) const {
  Connector& connector = *ready.section.connector;
  std::vector<FieldSpec> specs = field_specs(specifications);
  for (FieldSpec& spec : specs) spec.names_record = is_sync_field(connector.sync_field, spec.field);
  tell_what_is_read(ready, specs);
  tell_what_is_expected(connector, specs);
  return std::make_unique<FieldMapping>(specs, ready.section.values, converters(), ready.filter, faults);
}

/// A source need not bring what nothing reads.
void Sections::tell_what_is_read(ReadySection& ready, const std::vector<FieldSpec>& specs) const {
  Connector& connector = *ready.section.connector;
  connector.sources.clear();
  connector.converters.clear();
  connector.reads_whole_records = false;
  connector.code = ready.section.recordfilter;
  const Section* custom = app_.configuration().find("converters");
  for (const FieldSpec& spec : specs) {
    if (!spec.source.empty()) connector.sources.push_back(spec.source);
    if (spec.converter.empty()) continue;
    const std::string name = parse_converter(spec.converter).name;
    connector.converters.push_back(name);
    if (const Entry* code = custom != nullptr ? custom->find(lower_case(name)) : nullptr) {
      connector.code += "\n" + code->value;
    } else if (const BuiltInConverters::Converter* built_in = BuiltInConverters::find(name)) {
      connector.reads_whole_records = connector.reads_whole_records || built_in->reads_record;
    }
  }
  connector.reads_whole_records = connector.reads_whole_records || !connector.code.empty();
}

/// What must be in records, so that its absence is not taken for an empty value.
void Sections::tell_what_is_expected(Connector& connector, std::vector<FieldSpec>& specs) const {
  const Section* custom = app_.configuration().find("converters");
  const auto looks_elsewhere = [&](const std::string& converter) {
    const std::string name = parse_converter(converter).name;
    const BuiltInConverters::Converter* built_in = BuiltInConverters::find(name);
    return (custom != nullptr && custom->find(lower_case(name)) != nullptr) || (built_in && built_in->reads_record);
  };
  connector.expected_sources.clear();
  connector.sync_sources.clear();
  bool are_all_expected = true;
  for (FieldSpec& spec : specs) {
    const bool is_coded = connector.code.find(spec.source) != std::string::npos;
    spec.expects_source = !spec.source.empty() && !is_coded && !looks_elsewhere(spec.converter);
    if (spec.expects_source) connector.expected_sources.push_back(spec.source);
    if (!is_sync_field(connector.sync_field, spec.field)) continue;
    are_all_expected = are_all_expected && spec.expects_source;
    connector.sync_sources.push_back(spec.source);
  }
  if (!are_all_expected) connector.sync_sources.clear();
}

}  // namespace connector
