#include "schedule/shutdown_deadline.h"

#include <utility>

#include "platform/wait.h"

namespace connector::schedule {

ShutdownDeadline::ShutdownDeadline(std::stop_token stop, std::chrono::milliseconds patience,
                                   std::function<void()> action)
    : thread_([stop = std::move(stop), patience, action = std::move(action)](const std::stop_token& unwanted) {
        if (wait_for_stop(stop, unwanted) && wait_for(patience, unwanted)) action();
      }) {}

}  // namespace connector::schedule
