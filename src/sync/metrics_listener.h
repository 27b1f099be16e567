#pragma once

#include <string>
#include <utility>

#include "metrics/metrics.h"
#include "state/history.h"
#include "sync/listener.h"

namespace connector {

/// Adds a run to the metrics when it ends.
class MetricsListener final : public SyncListener {
 public:
  /// metrics: outlives it; nullptr: nobody wants to know.
  MetricsListener(Metrics* metrics, std::string section) : metrics_(metrics), section_(std::move(section)) {}

  void started() override;
  void ended(const Summary& summary) override;

 private:
  Metrics* const metrics_;
  const std::string section_;
};

/// The section is in the metrics from now on, with its last success, as far as the history knows it. Both may be
/// nullptr.
void expect_runs(Metrics* metrics, History* history, const std::string& section);

}  // namespace connector
