#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/recent_failure.h"
#include "app/section_run.h"
#include "connector/webhooks.h"

namespace connector {

/// Runs of one section that are each about some of its records. For one thread at a time.
class WebhookRuns {
 public:
  /// All outlive it. ready: a section whose connector receives webhooks. failure: is told of records that were not
  /// delivered.
  WebhookRuns(App& app, const Sections& sections, ReadySection& ready, RecentFailure& failure);

  /// Reads and delivers records, with a portion of their own. How many failed; nothing: it was interrupted or could not
  /// begin.
  std::optional<std::size_t> run(const std::vector<std::string>& keys);

 private:
  using Clock = std::chrono::steady_clock;

  void renew_mapping();

  App& app_;
  const Sections& sections_;
  ReadySection& ready_;
  RecentFailure& failure_;
  WebhookConnector& connector_;
  const Log log_;
  Clock::time_point mapping_time_ = Clock::now();
};

/// Runs a section as `connector upload` would, with a connector of its own, unless another process runs it. Whatever
/// goes wrong is logged. Whether all was delivered. Safe to use from several threads.
bool run_as_scheduled(App& app, const std::string& name);

}  // namespace connector
