#include "python/limits.h"

#include <algorithm>
#include <utility>

#include "platform/wait.h"
#include "python/interpreter.h"

namespace connector {
namespace {

constexpr auto endless = std::chrono::hours(24 * 365);

}  // namespace

Watchdog::Watchdog(std::chrono::milliseconds limit, PyObject* exception)
    : limit_(limit), exception_(exception), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard guard(mutex_);
    stop_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

/// Looks from time to time instead of being told of each Watch, so that a Watch costs no system call.
void Watchdog::run() {
  const auto period = std::clamp(limit_ / 10, std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, period, [this] { return stop_; })) {
    if (!is_expired()) continue;
    lock.unlock();
    raise_expired();
    lock.lock();
  }
}

bool Watchdog::is_expired() const {
  const auto now = Clock::now();
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.deadline <= now; });
}

void Watchdog::raise_expired() {
  const InterpreterLock interpreter;
  const std::lock_guard guard(mutex_);
  const auto now = Clock::now();
  for (Entry& entry : entries_) {
    if (entry.deadline > now) continue;
    PyThreadState_SetAsyncExc(entry.thread, exception_);
    entry.is_raised = true;
  }
}

Watchdog::Watch::Watch(Watchdog& watchdog) : Watch(watchdog, watchdog.limit_) {}

Watchdog::Watch::Watch(Watchdog& watchdog, Clock::duration time) : watchdog_(watchdog) {
  const std::lock_guard guard(watchdog.mutex_);
  entry_ = watchdog.entries_.insert(watchdog.entries_.end(), Entry{PyThread_get_thread_ident(), Clock::now() + time});
}

Watchdog::Watch::~Watch() {
  const std::lock_guard guard(watchdog_.mutex_);
  // It may still be on its way to code that is not to blame.
  if (entry_->is_raised) PyThreadState_SetAsyncExc(entry_->thread, nullptr);
  watchdog_.entries_.erase(entry_);
}

Watchdog::Pause::Pause(Watchdog& watchdog) : watchdog_(watchdog), left_(watchdog.limit_) {
  const std::lock_guard guard(watchdog.mutex_);
  for (Entry& entry : watchdog.entries_) {
    if (entry.thread != PyThread_get_thread_ident()) continue;
    left_ = std::min(left_, entry.deadline - begin_);
    entry.deadline += endless;
  }
}

Watchdog::Pause::~Pause() {
  const Clock::duration lost = Clock::now() - begin_ - counted_;
  const std::lock_guard guard(watchdog_.mutex_);
  for (Entry& entry : watchdog_.entries_) {
    if (entry.thread == PyThread_get_thread_ident()) entry.deadline += lost - endless;
  }
}

StopWatchdog::StopWatchdog(std::stop_token stop, std::chrono::milliseconds patience, PyObject* exception)
    : stop_(std::move(stop)),
      patience_(patience),
      exception_(exception),
      thread_([this](const std::stop_token& end) { run(end); }) {}

void StopWatchdog::enter() {
  const std::lock_guard guard(mutex_);
  if (depth_++ == 0) code_ = PyThread_get_thread_ident();
}

void StopWatchdog::leave() {
  const std::lock_guard guard(mutex_);
  if (--depth_ > 0) return;
  if (is_over_) PyThreadState_SetAsyncExc(code_, nullptr);  // it may still be on its way to other code
  code_ = 0;
}

void StopWatchdog::run(const std::stop_token& end) {
  constexpr std::chrono::milliseconds period{50};
  if (!wait_for_stop(stop_, end) || !wait_for(patience_, end)) return;
  is_over_ = true;
  do {
    raise();
  } while (wait_for(period, end));
}

void StopWatchdog::raise() {
  const InterpreterLock interpreter;
  const std::lock_guard guard(mutex_);
  if (code_ != 0) PyThreadState_SetAsyncExc(code_, exception_);
}

}  // namespace connector
