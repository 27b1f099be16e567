#include "platform/stop_signals.h"

#include <signal.h>
#include <unistd.h>

#include <utility>

namespace connector {
namespace {

constexpr std::chrono::seconds same_signal{1};

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (!is_ignored(SIGHUP)) sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

StopSignals::StopSignals(int exit_code) : exit_code_(exit_code) {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  watcher_ = std::jthread([this](const std::stop_token& end) { watch(end); });
}

StopSignals::~StopSignals() {
  watcher_.request_stop();
  pthread_kill(watcher_.native_handle(), SIGTERM);  // wakes it
}

void StopSignals::on_hangup(std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  on_hangup_ = std::move(action);
}

void StopSignals::watch(const std::stop_token& end) {
  const sigset_t set = stop_signals();
  int signal = 0;
  while (sigwait(&set, &signal) == 0 && !end.stop_requested()) {
    if (!is_hangup_action(signal)) handle(signal);
  }
}

bool StopSignals::is_hangup_action(int signal) {
  const std::lock_guard lock(mutex_);
  if (signal != SIGHUP || !on_hangup_) return false;
  on_hangup_();
  return true;
}

void StopSignals::handle(int signal) {
  const auto now = std::chrono::steady_clock::now();
  if (!source_.stop_requested()) {
    first_signal_ = signal;
    first_time_ = now;
    source_.request_stop();
  } else if (signal == SIGINT || signal != first_signal_ || now - first_time_ > same_signal) {
    _exit(exit_code_);
  }
}

}  // namespace connector
