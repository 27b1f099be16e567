#include "http/adaptive_concurrency.h"

#include <algorithm>
#include <limits>

#include "connector/error.h"

namespace connector {
namespace {

std::chrono::nanoseconds apart(double per_second) {
  return std::chrono::nanoseconds(per_second > 0 ? static_cast<std::int64_t>(1e9 / per_second) : 0);
}

}  // namespace

AdaptiveConcurrency::AdaptiveConcurrency(const RateLimits& limits)
    : most_(limits.in_flight > 0 ? limits.in_flight : std::numeric_limits<unsigned>::max()),
      apart_(apart(limits.per_second)),
      limit_(most_) {}

void AdaptiveConcurrency::enter(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (stop.stop_requested()) throw Stopped();
    const Clock::time_point now = Clock::now();
    const Clock::time_point begin = std::max(paused_until_, next_);
    if (under_way_ >= limit_) {
      changed_.wait(lock, stop, [&] { return under_way_ < limit_; });
    } else if (now < begin) {
      changed_.wait_until(lock, stop, begin, [&] { return stop.stop_requested(); });
    } else {
      ++under_way_;
      next_ = now + apart_;
      return;
    }
  }
}

void AdaptiveConcurrency::leave() {
  const std::lock_guard lock(mutex_);
  --under_way_;
  changed_.notify_all();
}

void AdaptiveConcurrency::note_success() {
  const std::lock_guard lock(mutex_);
  if (limit_ < most_) ++limit_;
  changed_.notify_all();
}

void AdaptiveConcurrency::note_refusal(std::chrono::seconds pause) {
  const std::lock_guard lock(mutex_);
  limit_ = std::max(limit_ / 2, 1U);
  paused_until_ = std::max(paused_until_, Clock::now() + pause);
}

unsigned AdaptiveConcurrency::limit() const {
  const std::lock_guard lock(mutex_);
  return limit_;
}

}  // namespace connector
