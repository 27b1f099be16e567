#pragma once

#include <atomic>
#include <chrono>

namespace connector {

/// Remembers when something last failed. Safe to use from several threads.
class RecentFailure {
 public:
  void note() { last_ = Clock::now(); }

  /// Whether something failed in the last ten minutes.
  bool is_there() const {
    const Clock::time_point last = last_;
    return last != never && Clock::now() - last < std::chrono::minutes(10);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::time_point never = Clock::time_point::min();

  std::atomic<Clock::time_point> last_ = never;
};

}  // namespace connector
