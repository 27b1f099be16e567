#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace connector {

/// How many calls a source has under way at once: at most what the command line allows; half as many after each
/// refusal for lack of room, then one more for each success. A pause that the source asks for holds for all calls.
/// Safe to use from several threads.
class AdaptiveConcurrency {
 public:
  AdaptiveConcurrency(unsigned most, std::stop_token stop) : most_(most), limit_(most), stop_(std::move(stop)) {}

  /// A place that a call takes while it lives. Waits for it; throws Stopped.
  class Pass {
   public:
    explicit Pass(AdaptiveConcurrency& gate) : gate_(gate) { gate_.enter(); }
    ~Pass() { gate_.leave(); }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    AdaptiveConcurrency& gate_;
  };

  void note_success();
  /// A call was answered with 429 or 503.
  void note_refusal(std::chrono::seconds pause);

  unsigned limit() const;

 private:
  void enter();
  void leave();

  const unsigned most_;
  unsigned limit_;
  unsigned under_way_ = 0;
  std::chrono::steady_clock::time_point paused_until_{};
  const std::stop_token stop_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
};

}  // namespace connector
