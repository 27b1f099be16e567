#pragma once

#include <atomic>
#include <chrono>

namespace connector {

/// What is alive says so now and then. Safe to use from several threads.
class Heartbeat {
 public:
  void beat() { last_ = Clock::now(); }
  bool was_within(std::chrono::seconds time) const { return Clock::now() - last_.load() <= time; }

 private:
  using Clock = std::chrono::steady_clock;
  std::atomic<Clock::time_point> last_ = Clock::now();
};

}  // namespace connector
