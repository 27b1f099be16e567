#include "sync/history_listener.h"

#include <utility>

namespace connector {
namespace {

constexpr std::size_t max_faults = 5;

PastRun::Time now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

PastRun::Outcome outcome_of(const Summary& summary) {
  if (summary.interrupted) return PastRun::Outcome::interrupted;
  if (!summary.succeeded()) return PastRun::Outcome::failed;
  return summary.canceled ? PastRun::Outcome::canceled : PastRun::Outcome::succeeded;
}

PastRun::Counts counts_of(const Summary& summary) {
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  return {.pulled = number(summary.pulled),
          .filtered_out = number(summary.filtered_out),
          .skipped = number(summary.skipped),
          .failed = number(summary.failed),
          .delivered = number(summary.delivered),
          .undelivered = number(summary.undelivered),
          .not_sent = number(summary.not_sent),
          .parts_missing = number(summary.parts_missing)};
}

}  // namespace

HistoryListener::HistoryListener(History* history, std::string name, std::string started_by, Faults faults)
    : history_(history),
      run_{.name = std::move(name), .started_by = std::move(started_by), .started = now()},
      faults_(std::move(faults)) {}

void HistoryListener::started() {
  if (!is_one_of_many()) begin();
}

/// Once: where a run is prepared before its job exists, it is told twice that it has started.
void HistoryListener::begin() {
  if (history_ == nullptr || std::exchange(has_begun_, true)) return;
  id_ = history_->begin(run_.name, run_.started_by, run_.started);
}

void HistoryListener::ended(const Summary& summary) {
  if (history_ == nullptr || (is_one_of_many() && summary.succeeded())) return;
  begin();
  run_.ended = now();
  run_.outcome = outcome_of(summary);
  run_.counts = counts_of(summary);
  run_.error = excerpt(summary.error, faults_.log());
  run_.faults.clear();
  for (const std::string& fault : faults_.first(max_faults)) run_.faults.push_back(excerpt(fault, faults_.log()));
  history_->end(id_, run_);
}

}  // namespace connector
