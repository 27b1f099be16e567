#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace connector {

/// Asks, once for each payload, whether the run is canceled. The first question is answered before the first payload
/// goes out; the later ones are under way beside the payloads.
class CancelWatch {
 public:
  /// ask: the question, answered with true when the run is canceled; called on threads of the watch, up to `workers`
  /// at a time; must not throw.
  CancelWatch(std::function<bool()> ask, unsigned workers);
  /// Waits for the questions under way; those that nobody has asked yet are dropped.
  ~CancelWatch();

  /// Called before each payload. Whether it may go out.
  bool may_send();

  /// Asks at once, beside the payloads. Whether the run is canceled.
  bool ask_now();

  bool is_canceled() const;

 private:
  void add_thread();
  void answer_questions();

  const std::function<bool()> ask_;
  const unsigned workers_;
  mutable std::mutex mutex_;
  std::condition_variable question_;
  std::condition_variable answer_;
  std::size_t asked_ = 0;  ///< questions that payloads have put
  std::size_t taken_ = 0;  ///< questions on their way
  std::size_t answered_ = 0;
  bool canceled_ = false;
  bool ending_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace connector
