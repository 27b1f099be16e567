#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "connector/http.h"

namespace connector {

/// How many calls a source has under way at once: at most what its limits allow; half as many after each refusal for
/// lack of room, then one more for each success. A pause that the source asks for holds for all calls. They begin as
/// far apart as its limits say. Safe to use from several threads.
class AdaptiveConcurrency {
 public:
  explicit AdaptiveConcurrency(const RateLimits& limits);

  /// A place that a call takes while it lives. Waits for it; throws Stopped after a stop.
  class Pass {
   public:
    Pass(AdaptiveConcurrency& gate, const std::stop_token& stop) : gate_(gate) { gate_.enter(stop); }
    ~Pass() { gate_.leave(); }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    AdaptiveConcurrency& gate_;
  };

  void note_success();
  /// A call was answered with 429 or 503, and that is no answer that it wants.
  void note_refusal(std::chrono::seconds pause);

  unsigned limit() const;

 private:
  void enter(const std::stop_token& stop);
  void leave();

  using Clock = std::chrono::steady_clock;

  const unsigned most_;
  const Clock::duration apart_;
  unsigned limit_;
  unsigned under_way_ = 0;
  Clock::time_point paused_until_{};
  Clock::time_point next_{};  ///< when the next call may begin
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
};

}  // namespace connector
