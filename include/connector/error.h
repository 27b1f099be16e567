#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace connector {

/// What is wrong with a configuration: what every check reports.
struct Problem {
  std::string text;          ///< what is wrong, and what to do; never a value
  std::string origin = {};   ///< file and line, or variable
  std::string section = {};  ///< empty: no section's
  std::string setting = {};  ///< empty: the section as a whole

  Problem(std::string text_) : text(std::move(text_)) {}
  Problem(const char* text_) : text(text_) {}
  Problem(std::string text_, std::string origin_, std::string section_, std::string setting_)
      : text(std::move(text_)),
        origin(std::move(origin_)),
        section(std::move(section_)),
        setting(std::move(setting_)) {}

  /// "config.ini:12: section [netbox], setting url: is required"
  operator std::string() const;
};

using Problems = std::vector<Problem>;

/// The configuration is wrong: found before any request, the program ends with exit code 1 and nothing has run.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(Problem problem) : ConfigError(Problems{std::move(problem)}) {}
  explicit ConfigError(Problems problems) : std::runtime_error(joined(problems)), problems_(std::move(problems)) {}

  const Problems& problems() const { return problems_; }

 private:
  /// On one line.
  static std::string joined(const Problems& problems) {
    std::string text;
    for (const Problem& problem : problems) text += (text.empty() ? "" : "; ") + std::string(problem);
    return text;
  }

  Problems problems_;
};

inline Problem::operator std::string() const {
  std::string line = origin;
  if (!section.empty()) line += (line.empty() ? "section [" : ": section [") + section + "]";
  if (!setting.empty()) line += ", setting " + setting;
  return line.empty() ? text : line + ": " + text;
}

/// A source does not give what it must: its section ends, what was read is delivered, exit code 2.
class SourceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A source or the cloud refuses the credentials.
class AuthenticationError : public SourceError {
 public:
  using SourceError::SourceError;
};

/// A request failed for good, after its retries. what() names method, host and path (never the query), the status or
/// the network's cause, and the first 500 characters of the response.
class HttpError : public SourceError {
 public:
  /// status: 0 when no complete answer came. retries_exhausted: the retries of a transient fault were
  /// all made, or there was no answer and no time for retries, since the program was shutting down.
  HttpError(const std::string& message, int status, bool retries_exhausted)
      : SourceError(message), status_(status), retries_exhausted_(retries_exhausted) {}

  int status() const { return status_; }
  bool retries_exhausted() const { return retries_exhausted_; }

 private:
  int status_;
  bool retries_exhausted_;
};

/// Thrown out of emit() and out of waits when a run must end early (limit reached, canceled, SIGTERM). Not derived
/// from std::exception, so that no connector swallows it by accident.
struct Stopped {};

}  // namespace connector
