#include "platform/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "platform/descriptor_posix.h"
#include "platform/environment.h"

namespace connector {
namespace {

bool is_terminal(int descriptor) {
  const std::string kind = environment_variable("TERM");
  return ::isatty(descriptor) == 1 && !kind.empty() && kind != "dumb";
}

void write_text(int descriptor, std::string_view text) {
  static_cast<void>(::write(descriptor, text.data(), text.size()));
}

/// As long as this lives, standard input's terminal shows nothing of what is typed, and a signal ends a read instead of
/// the program, which would leave the terminal so.
class WithoutEcho {
 public:
  explicit WithoutEcho(const std::string& prompt) : terminal_(::open("/dev/tty", O_WRONLY | O_CLOEXEC)) {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    for (std::size_t i = 0; i < ending.size(); ++i) ::sigaction(ending[i], &action, &actions_[i]);
    ::tcgetattr(STDIN_FILENO, &modes_);
    termios silent = modes_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    write_text(shown_on(), prompt);
  }
  ~WithoutEcho() {
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes_);
    write_text(shown_on(), "\n");
    for (std::size_t i = 0; i < ending.size(); ++i) ::sigaction(ending[i], &actions_[i], nullptr);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  static constexpr std::array ending = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

  int shown_on() const { return terminal_.number() >= 0 ? terminal_.number() : STDERR_FILENO; }

  const Descriptor terminal_;
  termios modes_{};
  std::array<struct sigaction, ending.size()> actions_{};
};

std::optional<std::string> read_line() {
  std::string line;
  for (char byte = 0;;) {
    const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
    if (count < 0 && errno == EINTR) return std::nullopt;
    if (count <= 0 || byte == '\n') break;
    line += byte;
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace

bool stderr_is_terminal() {
  return is_terminal(STDERR_FILENO);
}

bool stdout_is_terminal() {
  return is_terminal(STDOUT_FILENO);
}

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::optional<std::string> read_secret_line(const std::string& prompt) {
  if (::isatty(STDIN_FILENO) == 0) return read_line();
  const WithoutEcho quiet(prompt);
  return read_line();
}

}  // namespace connector
