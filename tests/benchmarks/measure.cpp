// measure RESULT COMMAND…: runs the command and writes its wall time, CPU time and peak memory as JSON to RESULT. A
// small program of its own, because a process's peak memory begins with that of the process that started it. SIGTERM is
// passed on to the command.
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace {

// A signal handler reaches nothing else.
volatile pid_t command = -1;

void pass_on(int signal) {
  if (command > 0) ::kill(command, signal);
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: measure RESULT COMMAND…\n");
    return 1;
  }
  auto start = std::chrono::steady_clock::now();
  pid_t id = -1;
  if (int error = posix_spawnp(&id, argv[2], nullptr, nullptr, argv + 2, environ); error != 0) {
    fmt::print(stderr, "{}: {}\n", argv[2], std::strerror(error));
    return 1;
  }
  command = id;
  struct sigaction action {};
  action.sa_handler = pass_on;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &action, nullptr);
  int status = 0;
  rusage usage{};
  ::wait4(id, &status, 0, &usage);
  std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::ofstream result(argv[1]);
  result << fmt::format(R"({{"seconds": {:.6f}, "cpu": {:.6f}, "peak_kib": {}, "exit_code": {}}})", wall.count(),
                        seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
                        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status))
         << '\n';
  return result.flush() ? 0 : 1;
}
