#include "platform/program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "platform/spawn_posix.h"

namespace connector {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int look_every = 50;  // ms, whether time is over

/// A process that was started, with its group; killed when it still runs at the end.
class Running {
 public:
  explicit Running(pid_t process) : process_(process) {}
  ~Running() {
    if (has_ended_) return;
    ::kill(-process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  bool has_ended() {
    has_ended_ = has_ended_ || ::waitpid(process_, &status_, WNOHANG) == process_;
    return has_ended_;
  }

  void check_exit_code() const {
    if (WIFSIGNALED(status_))
      throw std::runtime_error(std::string("it crashed (") + ::strsignal(WTERMSIG(status_)) + ")");
    const int code = WEXITSTATUS(status_);
    if (code != 0) throw std::runtime_error("it ended with exit code " + std::to_string(code));
  }

 private:
  const pid_t process_;
  int status_ = 0;
  bool has_ended_ = false;
};

}  // namespace

std::string output_of(const ProgramStart& start) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "cannot start it");
  const Descriptor output(ends[0]);
  Descriptor input(ends[1]);
  SpawnSettings settings;
  settings.pass(input, STDOUT_FILENO);
  settings.end_by_broken_pipes();
  Running program(settings.spawn(start.command.front(), start.command, start.environment, "cannot start it"));
  input = Descriptor();

  const auto check_time = [&, deadline = Clock::now() + start.time_limit] {
    if (start.stop.stop_requested()) throw std::runtime_error("canceled: shutting down");
    if (Clock::now() >= deadline)
      throw std::runtime_error("it has not ended after " + std::to_string(start.time_limit.count()) + " s");
  };
  std::string text;
  for (bool is_open = true; is_open || !program.has_ended(); check_time()) {
    pollfd readable{.fd = is_open ? output.number() : -1, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, look_every) <= 0) continue;
    std::array<char, 4096> piece{};
    const ssize_t count = ::read(output.number(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    is_open = count > 0;
    if (is_open) text.append(piece.data(), static_cast<std::size_t>(count));
    ::explicit_bzero(piece.data(), piece.size());
    if (text.size() > start.max_output)
      throw std::runtime_error("its output is larger than " + std::to_string(start.max_output) + " bytes");
  }
  program.check_exit_code();
  return text;
}

}  // namespace connector
