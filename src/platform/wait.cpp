#include "platform/wait.h"

#include <condition_variable>
#include <mutex>

namespace connector {

bool wait_for(std::chrono::nanoseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

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

}  // namespace connector
