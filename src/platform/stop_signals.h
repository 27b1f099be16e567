#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace connector {

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request; a second one ends the process at once. A SIGTERM or SIGHUP
/// that comes again within a second is the same one, delivered twice: GNU timeout signals the process and then its
/// group. A SIGHUP that was ignored when the process began (nohup) still is. Make it before any other thread: the
/// signals are blocked for the threads that come after it.
class StopSignals {
 public:
  /// exit_code: of the process that a second signal ends.
  explicit StopSignals(int exit_code = 2);
  ~StopSignals();

  std::stop_token token() const { return source_.get_token(); }

  /// From now on SIGHUP calls this, on a thread of its own, and stops nothing.
  void on_hangup(std::function<void()> action);

 private:
  void watch(const std::stop_token& end);
  void handle(int signal);
  bool is_hangup_action(int signal);

  const int exit_code_;
  std::stop_source source_;
  int first_signal_ = 0;  ///< that has requested the stop
  std::chrono::steady_clock::time_point first_time_;
  std::mutex mutex_;
  std::function<void()> on_hangup_;
  std::jthread watcher_;
};

}  // namespace connector
