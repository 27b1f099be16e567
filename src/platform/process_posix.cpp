#include "platform/process.h"

#include <unistd.h>

#include <csignal>
#include <system_error>

namespace connector {

std::filesystem::path program_file() {
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/exe", unknown);
}

bool is_main_thread() {
  return gettid() == getpid();
}

void ignore_broken_pipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace connector
