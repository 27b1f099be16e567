#include "sync/metrics_listener.h"

#include <chrono>

namespace connector {

void MetricsListener::started() {
  if (metrics_ != nullptr) metrics_->expect(section_);
}

void MetricsListener::ended(const Summary& summary) {
  if (metrics_ == nullptr) return;
  Metrics::Run run{.seconds = summary.seconds,
                   .has_succeeded = summary.succeeded() && !summary.canceled,
                   .ended = std::chrono::system_clock::now()};
  run.records[Metrics::delivered] = summary.delivered;
  run.records[Metrics::filtered_out] = summary.filtered_out;
  run.records[Metrics::skipped] = summary.skipped;
  run.records[Metrics::failed] = summary.failed;
  run.records[Metrics::undelivered] = summary.undelivered;
  run.records[Metrics::not_sent] = summary.not_sent;
  metrics_->add(section_, run);
}

void expect_runs(Metrics* metrics, History* history, const std::string& section) {
  if (metrics == nullptr) return;
  metrics->expect(section);
  if (history == nullptr) return;
  if (const auto last = history->last_success(section)) metrics->note_success(section, *last);
}

}  // namespace connector
