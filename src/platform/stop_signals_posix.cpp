#include "platform/stop_signals.h"

#include <unistd.h>
#include <csignal>

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

StopSignals::StopSignals(int exit_code) {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  watcher_ = std::jthread([this, set, exit_code](const std::stop_token& end) {
    int signal = 0;
    while (sigwait(&set, &signal) == 0 && !end.stop_requested()) {
      if (source_.stop_requested()) _exit(exit_code);
      source_.request_stop();
    }
  });
}

StopSignals::~StopSignals() {
  watcher_.request_stop();
  pthread_kill(watcher_.native_handle(), SIGTERM);  // wakes it
}

}  // namespace connector
