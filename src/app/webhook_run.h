#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/section_run.h"
#include "connector/webhooks.h"

namespace connector {

/// Runs of one section that are each about some of its records. For one thread at a time, but for has_failed_lately().
class WebhookRuns {
 public:
  /// All outlive it. ready: a section whose connector receives webhooks.
  WebhookRuns(App& app, const Sections& sections, ReadySection& ready, std::vector<SyncListener*> listeners = {});

  /// Reads and delivers records, with a portion of their own. How many failed; nothing: it was interrupted.
  std::optional<std::size_t> run(const std::vector<std::string>& keys);

  /// Whether records were not delivered in the last ten minutes.
  bool has_failed_lately() const;

 private:
  using Clock = std::chrono::steady_clock;

  void renew_mapping();

  App& app_;
  const Sections& sections_;
  ReadySection& ready_;
  WebhookConnector& connector_;
  const Log log_;
  const std::vector<SyncListener*> listeners_;
  Clock::time_point mapping_time_ = Clock::now();
  static constexpr Clock::time_point never = Clock::time_point::min();
  std::atomic<Clock::time_point> last_failure_ = never;
};

}  // namespace connector
