#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>

namespace connector::schedule {

/// Does something when the program is still at work some time after shutdown began: code that a configuration
/// brings along, in a template or filter, may be out of anybody's hands.
class ShutdownDeadline {
 public:
  ShutdownDeadline(std::stop_token stop, std::chrono::milliseconds patience, std::function<void()> action);

 private:
  std::jthread thread_;  ///< its end is the end of the waiting
};

}  // namespace connector::schedule
