#include "http/adaptive_concurrency.h"

#include <algorithm>

#include "connector/error.h"

namespace connector {

void AdaptiveConcurrency::enter() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (stop_.stop_requested()) throw Stopped();
    const auto now = std::chrono::steady_clock::now();
    if (now < paused_until_) {
      changed_.wait_until(lock, stop_, paused_until_, [&] { return stop_.stop_requested(); });
    } else if (under_way_ < limit_) {
      ++under_way_;
      return;
    } else {
      changed_.wait(lock, stop_, [&] { return under_way_ < limit_; });
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
  limit_ = std::min(limit_ + 1, most_);
  changed_.notify_all();
}

void AdaptiveConcurrency::note_refusal(std::chrono::seconds pause) {
  const std::lock_guard lock(mutex_);
  limit_ = std::max(limit_ / 2, 1U);
  paused_until_ = std::max(paused_until_, std::chrono::steady_clock::now() + pause);
}

unsigned AdaptiveConcurrency::limit() const {
  const std::lock_guard lock(mutex_);
  return limit_;
}

}  // namespace connector
