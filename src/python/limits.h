#pragma once

#include <Python.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>

namespace connector {

/// Ends Python code that takes too long, by raising an exception in its thread: between two of Python's instructions,
/// so inside a long call into C only as far as run_interruptibly() says. Raised again until the code has ended, should
/// something swallow it.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  /// exception: a subclass of BaseException, which must outlive this object.
  Watchdog(std::chrono::milliseconds limit, PyObject* exception);
  /// Not while this thread holds the interpreter lock.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  std::chrono::milliseconds limit() const { return limit_; }

  /// Watches this thread while it lives. Made and destroyed under the interpreter lock.
  class Watch;

  /// Stops the clock of this thread's Watch while it lives, for what the code is not to blame for.
  class Pause;

 private:
  struct Entry {
    unsigned long thread;
    Clock::time_point deadline;
    bool is_raised = false;
  };

  void run();
  bool is_expired() const;
  void raise_expired();

  const std::chrono::milliseconds limit_;
  PyObject* const exception_;
  // Whoever needs both takes the interpreter lock first and then this mutex.
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  std::list<Entry> entries_;
  std::thread thread_;
};

class Watchdog::Watch {
 public:
  explicit Watch(Watchdog& watchdog);
  /// With less time than the watchdog's limit.
  Watch(Watchdog& watchdog, Clock::duration time);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  Watchdog& watchdog_;
  std::list<Entry>::iterator entry_;
};

class Watchdog::Pause {
 public:
  explicit Pause(Watchdog& watchdog);
  ~Pause();
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

  /// What was left to the code when the clock stopped.
  Clock::duration left() const { return left_; }

  /// Says that the code is to blame for as much of the pause.
  void count(Clock::duration time) { counted_ += time; }

 private:
  Watchdog& watchdog_;
  const Clock::time_point begin_ = Clock::now();
  Clock::duration left_;
  Clock::duration counted_{};
};

/// Ends Python code that still runs `patience` after shutdown was requested: an exception is raised in it, again and
/// again, between two of Python's instructions.
class StopWatchdog {
 public:
  /// exception: a subclass of BaseException, which must outlive this object.
  StopWatchdog(std::stop_token stop, std::chrono::milliseconds patience, PyObject* exception);
  /// Not while this thread holds the interpreter lock.
  ~StopWatchdog() = default;
  StopWatchdog(const StopWatchdog&) = delete;
  StopWatchdog& operator=(const StopWatchdog&) = delete;

  /// This thread runs such code from now on; one thread at a time. Under the interpreter lock.
  void enter();
  void leave();

  /// Whether no such code is to run any longer.
  bool is_over() const { return is_over_; }

 private:
  void run(const std::stop_token& end);
  void raise();

  const std::stop_token stop_;
  const std::chrono::milliseconds patience_;
  PyObject* const exception_;
  std::atomic<bool> is_over_ = false;
  std::mutex mutex_;
  unsigned long code_ = 0;  ///< the thread that runs code; 0: none
  unsigned depth_ = 0;
  std::jthread thread_;  ///< last: it uses the others
};

}  // namespace connector
