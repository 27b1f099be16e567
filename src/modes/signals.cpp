#include "modes/signals.h"

#include <unistd.h>
#include <csignal>
#include <ctime>

#include "modes/mode.h"

namespace connector {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  watcher_ = std::jthread([this, set](const std::stop_token& end) {
    constexpr timespec moment{.tv_sec = 0, .tv_nsec = 100'000'000};
    while (!end.stop_requested()) {
      if (sigtimedwait(&set, nullptr, &moment) < 0) continue;
      if (source_.stop_requested()) _exit(something_failed);
      source_.request_stop();
    }
  });
}

StopSignals::~StopSignals() = default;

}  // namespace connector
