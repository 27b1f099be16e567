#include "platform/service_manager.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "platform/datagrams.h"
#include "platform/environment.h"
#include "platform/process.h"
#include "platform/wait.h"

namespace connector {
namespace {

std::int64_t number_of(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::unique_ptr<Datagrams> manager() {
  const std::string socket = environment_variable("NOTIFY_SOCKET");
  if (socket.empty()) return nullptr;
  try {
    return std::make_unique<Datagrams>(socket);
  } catch (const std::system_error&) {
    return nullptr;  // nobody listens
  }
}

/// How often the watchdog wants to hear something, at half of its time (sd_watchdog_enabled(3)); nothing: never.
std::optional<std::chrono::microseconds> watchdog_interval() {
  const std::string process = environment_variable("WATCHDOG_PID");
  if (!process.empty() && number_of(process) != process_number()) return std::nullopt;
  const std::int64_t limit = number_of(environment_variable("WATCHDOG_USEC"));
  return limit > 0 ? std::optional(std::chrono::microseconds(std::max<std::int64_t>(limit / 2, 1000))) : std::nullopt;
}

}  // namespace

ServiceManager::ServiceManager() : manager_(manager()) {}

ServiceManager::~ServiceManager() {
  stopping();
}

void ServiceManager::ready() {
  tell("READY=1");
}

void ServiceManager::status(std::string_view line) {
  std::string text(line);
  std::replace(text.begin(), text.end(), '\n', ' ');
  tell("STATUS=" + text);
}

void ServiceManager::stopping() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_stopping_, true)) return;
  }
  tell("STOPPING=1");
}

void ServiceManager::keep_alive(std::function<bool()> is_alive) {
  const auto interval = watchdog_interval();
  if (!manager_ || !interval) return;
  watchdog_ = std::jthread([this, interval, is_alive = std::move(is_alive)](const std::stop_token& end) {
    do {
      if (is_alive()) tell("WATCHDOG=1");
    } while (wait_for(*interval, end));
  });
}

void ServiceManager::tell(std::string_view message) {
  const std::lock_guard lock(mutex_);
  if (manager_) manager_->send(message);
}

}  // namespace connector
