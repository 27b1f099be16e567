#pragma once

#include <chrono>
#include <functional>

#include "connector/log.h"

namespace connector {

/// A log for what may go wrong again and again: it writes where `log` does, but in ten minutes each warning or error
/// once, and two hundred of them at most. How many were skipped is said with the first line after that time, or when
/// the log ends. now: a test's clock.
Log rate_limited(Log log, std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now);

}  // namespace connector
