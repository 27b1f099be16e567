#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace connector {

/// Asks whether the run is canceled: for each of the first payloads, later for a share of them, and at least every
/// `interval` while payloads go out. The first question is answered before the first payload goes out; the later ones
/// are under way beside the payloads.
class CancelWatch {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::duration usual_interval = std::chrono::milliseconds(50);

  /// ask: the question, answered with true when the run is canceled; called on threads of the watch, up to `workers`
  /// at a time; must not throw.
  CancelWatch(std::function<bool()> ask, unsigned workers, Clock::duration interval = usual_interval);
  /// Waits for the questions under way; those that nobody has asked yet are dropped.
  ~CancelWatch();

  /// Called before each payload. Whether it may go out.
  bool may_send();

  /// Asks at once, beside the payloads. Whether the run is canceled.
  bool ask_now();

  bool is_canceled() const;

 private:
  void put_question();
  void answer_questions();
  void note_answer(std::size_t payloads, bool canceled);

  const std::function<bool()> ask_;
  const unsigned workers_;
  const Clock::duration interval_;
  mutable std::mutex mutex_;
  std::condition_variable question_;
  std::condition_variable answer_;
  // Payloads are counted; a question stands for all those up to it.
  std::size_t payloads_ = 0;  ///< that wanted to go out
  std::size_t asked_ = 0;     ///< the last one with a question
  std::size_t taken_ = 0;     ///< the last one whose question is on its way
  std::size_t answered_ = 0;  ///< the last one with an answer
  Clock::time_point asked_at_;
  std::size_t busy_ = 0;  ///< threads that ask
  bool canceled_ = false;
  bool ending_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace connector
