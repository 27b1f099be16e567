#include "platform/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "platform/environment.h"

namespace connector {
namespace {

bool is_terminal(int descriptor) {
  const std::string kind = environment_variable("TERM");
  return ::isatty(descriptor) == 1 && !kind.empty() && kind != "dumb";
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

}  // namespace connector
