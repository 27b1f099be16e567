#include "app/webhook_run.h"

#include <utility>

#include "log/rate_limited.h"
#include "platform/limits.h"

namespace connector {
namespace {

constexpr std::chrono::minutes lately{10};

/// So old at most is what is known of the mapping in Oomnitza.
constexpr std::chrono::minutes mapping_age{10};

std::size_t failed_records(const Summary& summary, std::size_t wanted) {
  const bool has_failed_as_a_whole = !summary.error.empty() && summary.pulled == 0;
  return has_failed_as_a_whole ? wanted : summary.failed + summary.undelivered + summary.not_sent;
}

}  // namespace

WebhookRuns::WebhookRuns(App& app, const Sections& sections, ReadySection& ready, std::vector<SyncListener*> listeners)
    : app_(app),
      sections_(sections),
      ready_(ready),
      connector_(dynamic_cast<WebhookConnector&>(*ready.section.connector)),
      log_(rate_limited(app.section_log(*app.configuration().find(ready.section.name), *ready.section.plugin))),
      listeners_(std::move(listeners)) {}

std::optional<std::size_t> WebhookRuns::run(const std::vector<std::string>& keys) {
  renew_mapping();
  const Faults faults(log_);
  const Summary summary = run_section(
      app_, sections_, ready_, faults,
      {.read_part = [&](const Emit& emit) { connector_.read_records(keys, emit); }, .listeners = listeners_});
  faults.report();
  if (app_.stop().stop_requested()) return std::nullopt;
  if (!summary.succeeded()) last_failure_ = Clock::now();
  return failed_records(summary, keys.size());
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

bool WebhookRuns::has_failed_lately() const {
  const Clock::time_point last = last_failure_;
  return last != never && Clock::now() - last < lately;
}

}  // namespace connector
