#include "support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace connector::test {

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> result;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    std::string text = *variable;
    if (!changes.contains(text.substr(0, text.find('=')))) result.push_back(std::move(text));
  }
  for (auto& [name, value] : changes) result.push_back(name + "=" + value);
  return result;
}

}  // namespace

Process::Process(const Start& start) {
  std::vector<std::string> command = start.command, environment = environment_with(start.environment);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, start.output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, start.folder.c_str());
  // A server in this process may have had SIGPIPE ignored, which the program would inherit.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  int error = posix_spawnp(&id_, command.front().c_str(), &actions, &attributes, pointers(command).data(),
                           pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error(start.command.front() + " cannot be started: " + std::strerror(error));
  handle_ = static_cast<int>(::syscall(SYS_pidfd_open, id_, 0));
}

Process::Process(Process&& other) noexcept
    : id_(std::exchange(other.id_, -1)), handle_(std::exchange(other.handle_, -1)), exit_code_(other.exit_code_) {}

Process::~Process() {
  if (!exit_code_ && id_ > 0) {
    send_signal(SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  if (handle_ >= 0) ::close(handle_);
}

std::optional<int> Process::wait(std::chrono::milliseconds longest) {
  if (exit_code_) return exit_code_;
  pollfd ended{.fd = handle_, .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, static_cast<int>(longest.count())) <= 0) return {};
  int status = 0;
  ::waitpid(id_, &status, 0);
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

void Process::send_signal(int number) {
  if (!exit_code_) ::kill(id_, number);
}

}  // namespace connector::test
