#pragma once

#include "metrics/metrics.h"
#include "server/routes.h"

namespace connector::server {

/// GET /metrics, as OpenMetrics for who accepts that, else as Prometheus has read it before. metrics: outlives the
/// route.
Route metrics_route(const Metrics& metrics);

}  // namespace connector::server
