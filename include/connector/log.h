#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

namespace connector {

/// The levels of Python's logging module, which logging.json uses.
enum class Level { debug = 10, info = 20, warning = 30, error = 40, critical = 50 };

/// Writes log lines under one logger's name. Cheap to copy, safe to use from several threads.
/// Secrets that were hidden (below) stand as *** in every line of every logger of the program.
class Log {
 public:
  /// Where lines go: implemented by the room src/log.
  class Output {
   public:
    virtual ~Output() = default;
    virtual bool enabled(Level level) const = 0;
    virtual void write(Level level, const std::string& message) = 0;
    virtual void hide(std::string_view secret) = 0;
    virtual std::string redact(std::string text) const = 0;
  };

  /// Drops everything.
  Log() = default;
  explicit Log(std::shared_ptr<Output> output) : output_(std::move(output)) {}

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const {
    write(Level::debug, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    write(Level::info, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> format, Args&&... args) const {
    write(Level::warning, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const {
    write(Level::error, format, std::forward<Args>(args)...);
  }
  bool enabled(Level level) const { return output_ && output_->enabled(level); }

  template <class... Args>
  void write(Level level, fmt::format_string<Args...> format, Args&&... args) const {
    if (enabled(level)) output_->write(level, fmt::format(format, std::forward<Args>(args)...));
  }

  /// From now on *** stands for this text in every log line. For what is secret and no setting: a session's token.
  /// Strings shorter than four characters are not replaced: they would blot out ordinary words.
  void hide(std::string_view secret) const {
    if (output_) output_->hide(secret);
  }

  /// The text with *** for every hidden secret: for strings that leave the program by another way than the log.
  std::string redact(std::string text) const { return output_ ? output_->redact(std::move(text)) : text; }

 private:
  std::shared_ptr<Output> output_;
};

/// The beginning of a string that comes from outside, for a message: 500 characters at most, on one line, U+FFFD for
/// what is not UTF-8.
std::string excerpt(std::string_view text);

/// The same without the secrets that the log hides. They are blotted out before the text is cut: half a secret would
/// not be found.
std::string excerpt(std::string_view text, const Log& log);

}  // namespace connector
