#include "app/server_runs.h"

#include "app/state_folder.h"
#include "log/rate_limited.h"
#include "platform/limits.h"
#include "state/history.h"

namespace connector {
namespace {

/// So old at most is what is known of the mapping in Oomnitza.
constexpr std::chrono::minutes mapping_age{10};

/// Whether no record was asked for: the login failed, files cannot be opened, Oomnitza gives no mapping.
bool could_not_begin(const Summary& summary) {
  return !summary.error.empty() && summary.pulled == 0;
}

}  // namespace

WebhookRuns::WebhookRuns(App& app, const Sections& sections, ReadySection& ready, RecentFailure& failure)
    : app_(app),
      sections_(sections),
      ready_(ready),
      failure_(failure),
      connector_(dynamic_cast<WebhookConnector&>(*ready.section.connector)),
      log_(rate_limited(app.section_log(*app.configuration().find(ready.section.name), *ready.section.plugin))) {}

std::optional<std::size_t> WebhookRuns::run(const std::vector<std::string>& keys) {
  renew_mapping();
  const Faults faults(log_);
  const Summary summary = run_section(
      app_, sections_, ready_, faults,
      {.read_part = [&](const Emit& emit) { connector_.read_records(keys, emit); }, .started_by = by_webhook});
  faults.report();
  if (app_.stop().stop_requested()) return std::nullopt;
  if (could_not_begin(summary)) {
    log_.warning("its events are kept; retrying in 30 s");
    return std::nullopt;
  }
  if (!summary.succeeded()) failure_.note();
  return summary.failed + summary.undelivered + summary.not_sent;
}

void WebhookRuns::renew_mapping() {
  if (!ready_.specifications || Clock::now() - mapping_time_ < mapping_age) return;
  mapping_time_ = Clock::now();
  try {
    ready_.specifications = sections_.merged_mapping(ready_);
  } catch (const std::exception& error) {
    log_.warning("its mapping could not be fetched again; using the one from before: {}", reason(error));
  }
}

bool run_as_scheduled(App& app, const std::string& name) {
  try {
    std::optional<StateFolder> state;
    if (!app.line.testmode) state.emplace(app.paths.state).lock(name, "");
    Problems problems;
    Sections sections(app, {name}, problems);
    if (!problems.empty()) throw ConfigError(problems);
    ReadySection& ready = sections.ready().front();
    const Faults faults(app.section_log(*app.configuration().find(name), *ready.section.plugin));
    const Summary summary = run_section(app, sections, ready, faults, {.started_by = "schedule"});
    faults.report();
    return summary.succeeded();
  } catch (const AlreadyRunning& error) {
    app.log().warning("{}; what is scheduled now is left to that", error.what());
    return true;
  } catch (const std::exception& error) {
    app.log().error("section [{}]: not running: {}", name, reason(error));
    return false;
  }
}

}  // namespace connector
