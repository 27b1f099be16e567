#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace connector {

/// The configuration is wrong: found before any request, the program ends with exit code 1 and nothing has run.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(const std::string& complaint) : ConfigError(std::vector<std::string>{complaint}) {}

  /// One complaint a line; each says where (file, line, section, key), what is wrong, and what to do.
  explicit ConfigError(std::vector<std::string> complaints)
      : std::runtime_error(joined(complaints)), complaints_(std::move(complaints)) {}

  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  static std::string joined(const std::vector<std::string>& complaints) {
    std::string text;
    for (const std::string& complaint : complaints) text += (text.empty() ? "" : "\n") + complaint;
    return text;
  }

  std::vector<std::string> complaints_;
};

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
/// the network's cause, and the first 500 characters of the answer.
class HttpError : public SourceError {
 public:
  /// status: 0 when no complete answer came. retries_exhausted: the retries of a transient fault were
  /// all made, or there was no answer and no time for retries, since the program was told to stop.
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
