#pragma once

#include <chrono>
#include <stop_token>

namespace connector {

/// Sleeps, and wakes up early when a stop is requested. Returns whether all of the time has passed: false after a stop.
bool wait_for(std::chrono::nanoseconds duration, const std::stop_token& stop);

}  // namespace connector
