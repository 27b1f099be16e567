#include "log/console.h"

#include <cstdio>

#include "platform/terminal.h"
#include "text/utf8.h"

namespace connector {
namespace {

constexpr std::size_t max_live_lines = 10;

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

Console::Console() : is_terminal_(stderr_is_terminal()) {}

Console::~Console() {
  const std::lock_guard lock(mutex_);
  erase();
  std::fflush(stderr);
}

void Console::write(std::string_view text) {
  const std::lock_guard lock(mutex_);
  erase();
  print(text);
  draw();
}

void Console::show(const std::string& name, const std::string& line) {
  if (!is_terminal_) return;
  const std::lock_guard lock(mutex_);
  erase();
  lines_[name] = line;
  draw();
}

void Console::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  erase();
  lines_.erase(name);
  draw();
}

/// Leaves the cursor where the first live line begins. It stands at the end of the last one, so that what another part
/// of the program prints without asking goes behind it and is not erased.
void Console::erase() {
  if (drawn_ > 0) print("\r\x1b[2K");
  for (; drawn_ > 1; --drawn_) print("\x1b[1A\x1b[2K");
  drawn_ = 0;
}

void Console::draw() {
  const std::size_t columns = lines_.empty() ? 0 : terminal_columns() - 1;
  for (const auto& [name, line] : lines_) {
    if (drawn_ == max_live_lines) break;
    print((drawn_++ > 0 ? "\n" : "") + std::string(first_characters(line, columns)));
  }
  std::fflush(stderr);
}

}  // namespace connector
