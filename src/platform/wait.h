#pragma once

#include <chrono>
#include <stop_token>

namespace connector {

/// Sleeps, and wakes up early when a stop is requested. Returns whether all of the time has passed: false after a stop.
bool wait_for(std::chrono::nanoseconds duration, const std::stop_token& stop);

/// Waits for a stop. Returns whether it came: false when that is no longer wanted.
bool wait_for_stop(const std::stop_token& stop, const std::stop_token& unwanted);

}  // namespace connector
