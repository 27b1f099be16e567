#pragma once

#include <mutex>
#include <string>

#include "connector/error.h"
#include "oomnitza/oomnitza.h"

namespace connector {

/// Where payloads go. Safe to use from several threads.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Takes the body of a payload. Throws HttpError when it is refused for good, another std::exception when it cannot
  /// be sent.
  virtual void take(const std::string& body) = 0;

  /// Whether the portion's run was canceled. Throws std::exception when that cannot be learned.
  virtual bool is_canceled(const std::string& portion) = 0;

  /// Ends the portion. Throws std::exception.
  virtual void finalize(const std::string& portion) = 0;

  /// Whether what it takes goes nowhere, so that counts say what would be delivered.
  virtual bool is_rehearsal() const { return false; }
};

/// To Oomnitza.
class CloudSink : public Sink {
 public:
  /// cloud: outlives the sink.
  explicit CloudSink(const Oomnitza& cloud) : cloud_(cloud) {}

  void take(const std::string& body) override { cloud_.upload(body); }
  bool is_canceled(const std::string& portion) override { return cloud_.is_canceled(portion); }
  void finalize(const std::string& portion) override { cloud_.finalize(portion); }

 private:
  const Oomnitza& cloud_;
};

/// To standard output, indented, one after the other (--testmode).
class PrintSink final : public Sink {
 public:
  void take(const std::string& body) override;
  bool is_canceled(const std::string&) override { return false; }
  void finalize(const std::string&) override {}
  bool is_rehearsal() const override { return true; }

 private:
  std::mutex mutex_;
};

/// What it means that a payload was refused: decided here alone.
struct Refusal {
  explicit Refusal(const HttpError& error);

  bool is_about_the_payload;  ///< some of its records may be taken
  bool is_about_its_size;     ///< the same, and nothing is said of the records
  /// The credentials are refused, Oomnitza is away, or another answers in its place: no other payload will be taken.
  bool ends_uploads;
  bool is_unreachable;  ///< Oomnitza is away: trying costs minutes
};

}  // namespace connector
