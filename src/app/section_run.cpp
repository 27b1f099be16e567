#include "app/section_run.h"

#include <algorithm>
#include <memory>

#include "platform/files.h"
#include "platform/limits.h"
#include "sync/history_listener.h"
#include "sync/metrics_listener.h"
#include "sync/progress.h"
#include "sync/shard.h"
#include "sync/sync.h"
#include "sync/undelivered.h"

namespace connector {
namespace {

constexpr std::size_t test_records = 10;

std::size_t record_limit(const CommandLine& line, const Connector& connector) {
  const std::size_t limit = line.record_count.value_or(line.testmode ? test_records : 0);
  if (!connector.test_run) return limit;
  return limit == 0 ? test_records : std::min(limit, test_records);
}

RunOptions run_options(const App& app, const ConnectorSection& section, const SectionOrder& order) {
  const CommandLine& line = app.line;
  RunOptions options{.workers = line.workers,
                     .batch_size = static_cast<std::size_t>(app.cloud_settings().batch_size),
                     .record_limit = order.read_part ? 0 : record_limit(line, *section.connector),
                     .save_folder = {},
                     .state_folder = app.paths.state,
                     .undelivered_room = app.undelivered_room(),
                     .progress_interval = app.progress_interval()};
  if (line.save_data) {
    options.save_folder = app.paths.save_data;
    if (line.sections.size() != 1) options.save_folder /= safe_name(section.name);
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

/// Nothing when all records are wanted.
std::unique_ptr<ShardedMapping> make_part(const CommandLine& line, Mapping& whole, const Connector& connector) {
  const std::optional<Shard> shard = line.shard ? parse_shard(*line.shard) : std::nullopt;
  if (!shard) return nullptr;
  connector.log.info("part {} of {}: records of the other parts count as filtered out", shard->number, shard->count);
  return std::make_unique<ShardedMapping>(*shard, whole, connector.sync_sources, connector.sync_field);
}

Summary try_to_run(App& app, const Sections& sections, ReadySection& ready, const Faults& faults,
                   const SectionOrder& order) {
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
  ProgressListener progress(name, app.logging().console(), connector.log);
  std::vector<SyncListener*> listeners = {&progress, &log_listener};
  listeners.insert(listeners.end(), order.listeners.begin(), order.listeners.end());
  return run({.name = name,
              .connector = connector,
              .mapping = part ? static_cast<Mapping&>(*part) : *whole,
              .envelope = envelope,
              .sink = *sink,
              .options = run_options(app, ready.section, order),
              .log = connector.log,
              .faults = faults,
              .listeners = std::move(listeners),
              .is_empty_run = order.read_part ? std::function<bool()>([] { return true; }) : nullptr,
              .read_part = order.read_part});
}

}  // namespace

Summary run_section(App& app, const Sections& sections, ReadySection& ready, const Faults& faults,
                    const SectionOrder& order) {
  HistoryListener history(app.history(), ready.section.name, order.started_by, faults);
  MetricsListener metrics(app.metrics(), ready.section.name);
  history.started();  // what comes before its first request belongs to it
  SectionOrder told = order;
  told.listeners.insert(told.listeners.end(), {&history, &metrics});
  Summary summary;
  try {
    if (!app.stop().stop_requested()) return try_to_run(app, sections, ready, faults, told);
    summary.error = "shutting down";
  } catch (const std::exception& error) {
    summary.error = reason(error);
  }
  faults.log().error("not running: {}", summary.error);
  for (SyncListener* listener : told.listeners) listener->ended(summary);
  return summary;
}

}  // namespace connector
