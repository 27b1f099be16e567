#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "app/sections.h"
#include "app/state_folder.h"
#include "commands/command.h"
#include "connector/parallel.h"
#include "platform/files.h"
#include "platform/limits.h"
#include "sync/progress.h"
#include "sync/shard.h"
#include "sync/summary_table.h"
#include "sync/sync.h"
#include "sync/undelivered.h"

namespace connector {
namespace {

constexpr std::size_t test_records = 10;

RunOptions run_options(const App& app, const ConnectorSection& section) {
  const CommandLine& line = app.line;
  RunOptions options{.workers = line.workers,
                     .batch_size = static_cast<std::size_t>(app.cloud_settings().batch_size),
                     .record_limit = line.record_count.value_or(line.testmode ? test_records : 0),
                     .save_folder = {},
                     .state_folder = app.paths.state,
                     .undelivered_room = app.undelivered_room(),
                     .progress_interval = app.progress_interval()};
  if (section.connector->test_run) {
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

/// A section that is to run, then what is left of its run.
struct SectionRun {
  /// log: for what is said once, and again at the end of the run.
  SectionRun(ReadySection section, Log log)
      : ready(std::move(section)), name(ready->section.name), faults(std::move(log)) {}

  std::optional<ReadySection> ready;
  std::string name;
  Faults faults;
  Summary summary = {};
};

/// Nothing when all records are wanted.
std::unique_ptr<ShardedMapping> make_part(const CommandLine& line, Mapping& whole, const Connector& connector) {
  const std::optional<Shard> shard = line.shard ? parse_shard(*line.shard) : std::nullopt;
  if (!shard) return nullptr;
  connector.log.info("part {} of {}: records of the other parts count as filtered out", shard->number, shard->count);
  return std::make_unique<ShardedMapping>(*shard, whole, connector.sync_sources, connector.sync_field);
}

Summary run_section(App& app, const Sections& sections, ReadySection& ready, const Faults& faults) {
  Connector& connector = *ready.section.connector;
  if (!ready.specifications) ready.specifications = sections.merged_mapping(ready);
  const std::unique_ptr<FieldMapping> whole = sections.make_mapping(ready, *ready.specifications, faults);
  const std::unique_ptr<ShardedMapping> part = make_part(app.line, *whole, connector);
  const std::string& name = ready.section.name;
  const PayloadEnvelope envelope = new_portion(ready.section);
  std::unique_ptr<Sink> sink;
  std::unique_ptr<ProcessLock> kept;
  if (app.line.testmode) {
    sink = std::make_unique<PrintSink>(connector.log);
  } else {
    kept = lock_kept_payloads(app.paths.state, name, connector.log, app.stop());
    finalize_left_portions(app.paths.state, name, connector.log,
                           [&](const std::string& portion) { app.cloud().finalize(portion); });
    sink = std::make_unique<CloudSink>(
        app.cloud(), std::make_shared<BegunPortion>(app.paths.state, name, envelope.portion, connector.log));
  }
  LogListener log_listener(connector.log);
  ProgressListener progress(ready.section.name, app.logging().console(), connector.log);
  return run({.name = ready.section.name,
              .connector = connector,
              .mapping = part ? static_cast<Mapping&>(*part) : *whole,
              .envelope = envelope,
              .sink = *sink,
              .options = run_options(app, ready.section),
              .log = connector.log,
              .faults = faults,
              .listeners = {&progress, &log_listener}});
}

Summary try_to_run(App& app, const Sections& sections, SectionRun& section) {
  Summary summary;
  try {
    if (!app.stop().stop_requested()) return run_section(app, sections, *section.ready, section.faults);
    summary.error = "shutting down";
  } catch (const std::exception& error) {
    summary.error = reason(error);
  }
  section.faults.log().error("not running: {}", summary.error);
  return summary;
}

/// On a terminal a table; what went wrong further up once more, unless it is the last that was said.
void conclude(const App& app, const std::vector<SectionRun>& runs) {
  if (runs.size() > 1) {
    for (const SectionRun& section : runs) section.faults.report();
  }
  if (!app.logging().console().is_live() || app.line.quiet) return;
  std::vector<std::pair<std::string, Summary>> rows;
  for (const SectionRun& section : runs) rows.emplace_back(section.name, section.summary);
  app.logging().console().write("\n" + summary_table(rows));
}

int run_sections(App& app, Sections& sections) {
  complete_mappings(sections);
  std::vector<SectionRun> runs;
  for (ReadySection& ready : sections.ready()) {
    const ConnectorSection& section = ready.section;
    const Log log = app.section_log(*app.configuration().find(section.name), *section.plugin);
    runs.emplace_back(std::move(ready), log);
  }
  bool all_well = sections.all_can_run();
  const auto run_one = [&](SectionRun& section) {
    section.summary = try_to_run(app, sections, section);
    section.ready.reset();  // with its connections
    section.faults.report();
    return section.summary.succeeded();
  };
  parallel(app.line.parallel, runs, run_one, [&](bool is_well) { all_well = all_well && is_well; });
  app.built_in_converters().report();
  if (app.stop().stop_requested()) {  // also when everything had been pulled by then
    app.log().warning("the upload was interrupted");
    all_well = false;
  }
  conclude(app, runs);
  return all_well ? all_delivered : something_failed;
}

}  // namespace

void check_upload(const CommandLine& line) {
  if (line.sections.empty() && !line.show_mappings) {
    throw UsageError("upload needs the names of the sections to run, as in connector upload ldap csv_assets");
  }
  if (line.shard && !parse_shard(*line.shard)) {
    throw UsageError(
        fmt::format("--shard: \"{}\" names no part: give K/N with 1 <= K <= N <= {}, as in 2/5 for the second of five",
                    *line.shard, Shard::max_count));
  }
  for (const std::string& name : line.sections) {
    if (!is_integration(name)) continue;
    throw UsageError("Oomnitza says when and how to run " + name + ": connector managed " + name + " waits for that");
  }
}

int upload(App& app) {
  const std::vector<std::string>& names = app.line.sections;
  std::optional<StateFolder> state;
  if (!app.line.testmode && !app.line.show_mappings) state.emplace(app.paths.state);
  Sections sections(app, names);
  app.throw_problems();
  for (const std::string& name : names) {
    if (state && app.line.singleton) state->lock(name);
  }
  app.cloud().log_in();
  return app.line.show_mappings ? show_mappings(sections) : run_sections(app, sections);
}

}  // namespace connector
