#pragma once

#include <string>
#include <utility>

#include "metrics/metrics.h"
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

}  // namespace connector
