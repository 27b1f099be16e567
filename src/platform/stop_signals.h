#pragma once

#include <stop_token>
#include <thread>

namespace connector {

/// Turns SIGINT and SIGTERM into a stop request; a second one ends the process at once. Make it before any other
/// thread: the signals are blocked for the threads that come after it.
class StopSignals {
 public:
  /// exit_code: of the process that a second signal ends.
  explicit StopSignals(int exit_code = 2);
  ~StopSignals();

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread watcher_;
};

}  // namespace connector
