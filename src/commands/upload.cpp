#include <algorithm>
#include <cstdio>

#include "app/sections.h"
#include "commands/command.h"
#include "platform/files.h"
#include "sync/sync.h"
#include "sync/undelivered.h"

namespace connector {
namespace {

constexpr std::size_t test_records = 10;

RunOptions run_options(const App& app, const ConnectorSection& section) {
  const CommandLine& line = app.line;
  RunOptions options{.workers = line.workers,
                     .batch_size = static_cast<std::size_t>(app.cloud_settings().batch_size),
                     .record_limit = line.record_count,
                     .save_folder = {},
                     .state_folder = app.paths.state};
  if (line.testmode || section.connector->test_run) {
    options.record_limit = options.record_limit == 0 ? test_records : std::min(options.record_limit, test_records);
  }
  if (line.save_data) {
    options.save_folder = app.paths.save_data;
    if (line.sections.size() > 1) options.save_folder /= safe_name(section.name);
  }
  return options;
}

PayloadEnvelope new_portion(const ConnectorSection& section) {
  const Connector& settings = *section.connector;
  return {.portion = random_uuid(),
          .connector_name = section.plugin->mapping_name,
          .connector_id = nullptr,
          .data_type = section.plugin->data_type == DataType::assets ? "assets" : "users",
          .sync_field = settings.sync_field,
          .insert_only = settings.insert_only,
          .update_only = settings.update_only,
          .test_run = settings.test_run,
          .multi_str_input_value = nullptr};
}

int show_mappings(Sections& sections) {
  int exit_code = sections.all_can_run() ? all_delivered : something_failed;
  for (ReadySection& ready : sections.ready()) {
    try {
      const std::string text = to_text(sections.merged_mapping(ready), 2);
      std::printf("%s Mappings\n%s\n", ready.section.name.c_str(), text.c_str());
    } catch (const SourceError& error) {
      ready.section.connector->log.error("could not fetch its mapping: {}", error.what());
      exit_code = something_failed;
    }
  }
  return exit_code;
}

/// Mappings that only the cloud can complete are asked for before anything runs: when they stay incomplete, nothing
/// does.
void complete_mappings(Sections& sections) {
  Problems problems;
  for (ReadySection& ready : sections.ready()) {
    if (!ready.needs_cloud_mapping) continue;
    try {
      ready.specifications = sections.merged_mapping(ready);
    } catch (const ConfigError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    } catch (const SourceError&) {
      continue;  // the section's own failure, reported when its turn comes
    }
  }
  if (!problems.empty()) throw ConfigError(problems);
}

bool run_section(App& app, Sections& sections, ReadySection& ready) {
  Connector& connector = *ready.section.connector;
  try {
    if (!ready.specifications) ready.specifications = sections.merged_mapping(ready);
    const std::unique_ptr<FieldMapping> mapping = sections.make_mapping(ready, *ready.specifications);
    std::unique_ptr<Sink> sink = std::make_unique<CloudSink>(app.cloud());
    if (app.line.testmode) sink = std::make_unique<PrintSink>();
    if (!app.line.testmode) warn_of_kept_payloads(app.paths.state, ready.section.name, connector.log);
    LogListener log_listener(connector.log);
    const Summary summary = run({.name = ready.section.name,
                                 .connector = connector,
                                 .mapping = *mapping,
                                 .envelope = new_portion(ready.section),
                                 .sink = *sink,
                                 .options = run_options(app, ready.section),
                                 .log = connector.log,
                                 .listeners = {&log_listener}});
    return summary.succeeded();
  } catch (const std::exception& error) {
    connector.log.error("not running: {}", error.what());
    return false;
  }
}

int run_sections(App& app, Sections& sections) {
  complete_mappings(sections);
  bool all_well = sections.all_can_run();
  for (ReadySection& ready : sections.ready()) {
    if (app.stop().stop_requested()) {
      ready.section.connector->log.error("not running: shutting down");
      all_well = false;
      continue;
    }
    all_well = run_section(app, sections, ready) && all_well;
  }
  app.built_in_converters().report();
  if (app.stop().stop_requested()) {  // also when everything had been pulled by then
    app.log().warning("the upload was interrupted");
    all_well = false;
  }
  return all_well ? all_delivered : something_failed;
}

}  // namespace

int upload(App& app) {
  if (app.line.sections.empty() && !app.line.show_mappings) {
    throw UsageError("upload needs the names of the sections to run: connector upload ldap sccm");
  }
  Sections sections(app, app.line.sections);
  app.throw_problems();
  app.cloud().log_in();
  return app.line.show_mappings ? show_mappings(sections) : run_sections(app, sections);
}

}  // namespace connector
