#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace connector {

/// Standard error. On a terminal the lines below what was written can be live: each is drawn anew when it changes, and
/// what is written goes above them. Safe to use from several threads.
class Console {
 public:
  Console();
  /// The live lines disappear.
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// Whether there can be live lines.
  bool is_live() const { return is_terminal_; }

  /// Whole lines.
  void write(std::string_view text);

  /// The live line of that name, cut to the terminal's width.
  void show(const std::string& name, const std::string& line);
  void remove(const std::string& name);

 private:
  void erase();
  void draw();

  const bool is_terminal_;
  std::mutex mutex_;
  std::map<std::string, std::string> lines_;
  std::size_t drawn_ = 0;  ///< live lines on the screen
};

}  // namespace connector
