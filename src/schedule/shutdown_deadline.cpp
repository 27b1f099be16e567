#include "schedule/shutdown_deadline.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "platform/wait.h"

namespace connector::schedule {
namespace {

/// False when it is no longer wanted.
bool wait_for_stop(const std::stop_token& stop, const std::stop_token& unwanted) {
  std::mutex mutex;
  std::condition_variable_any changed;
  const std::stop_callback wake(unwanted, [&] {
    const std::lock_guard lock(mutex);
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, stop, [&] { return unwanted.stop_requested(); });
  return !unwanted.stop_requested();
}

}  // namespace

ShutdownDeadline::ShutdownDeadline(std::stop_token stop, std::chrono::milliseconds patience,
                                   std::function<void()> action)
    : thread_([stop = std::move(stop), patience, action = std::move(action)](const std::stop_token& unwanted) {
        if (wait_for_stop(stop, unwanted) && wait_for(patience, unwanted)) action();
      }) {}

}  // namespace connector::schedule
