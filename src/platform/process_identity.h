#pragma once

#include <string>

namespace connector {

/// Names this process for other processes, also for those that run after it, or after the machine was started anew.
std::string process_identity();

/// unknown: it belongs to another container, whose processes are not seen from here.
enum class ProcessState { running, gone, unknown };

ProcessState state_of_process(const std::string& identity);

}  // namespace connector
