#pragma once

#include <chrono>
#include <stop_token>
#include <utility>

namespace connector {

/// Sleeps, and wakes up early when a stop is requested. Returns whether all of the time has passed: false after a stop.
bool wait_for(std::chrono::nanoseconds duration, const std::stop_token& stop);

/// Requests a stop when it ends: for what waits for work that is no longer wanted then.
struct StopAtEnd {
  std::stop_source source;

  explicit StopAtEnd(std::stop_source source_) : source(std::move(source_)) {}
  ~StopAtEnd() { source.request_stop(); }
  StopAtEnd(const StopAtEnd&) = delete;
  StopAtEnd& operator=(const StopAtEnd&) = delete;
};

/// Waits for a stop. Returns whether it came: false when that is no longer wanted.
bool wait_for_stop(const std::stop_token& stop, const std::stop_token& unwanted);

}  // namespace connector
