#pragma once

#include <exception>
#include <string>

namespace connector {

inline constexpr const char* too_many_files =
    "the limit of open files is reached: raise it (ulimit -n, LimitNOFILE= of systemd)";
inline constexpr const char* too_many_threads =
    "no more threads can be started: raise the limit of processes (ulimit -u, TasksMax= of systemd, pids of the "
    "container) or free memory, or lower --workers";
inline constexpr const char* too_little_memory =
    "there is not enough memory: raise the limit (ulimit -v, MemoryMax= of systemd, memory of the container), or lower "
    "--workers or page_size";

/// what(), and which limit of the system has been reached where it says so in codes.
std::string reason(const std::exception& error);

/// Lets this process open more files, where the system allows it: a thousand sections hold a lock each.
void raise_descriptor_limit();

/// Whether this process can hardly open a file any more.
bool lacks_descriptors();

}  // namespace connector
