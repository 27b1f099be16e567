#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "connector/error.h"
#include "oomnitza/oomnitza.h"
#include "sync/begun_portion.h"

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
  /// cloud: outlives the sink. portion: all payloads are of this one.
  CloudSink(const Oomnitza& cloud, std::shared_ptr<BegunPortion> portion)
      : cloud_(cloud), portion_(std::move(portion)) {}

  void take(const std::string& body) override {
    portion_->begin();
    cloud_.upload(body);
  }
  bool is_canceled(const std::string& portion) override { return cloud_.is_canceled(portion); }
  void finalize(const std::string& portion) override {
    cloud_.finalize(portion);
    portion_->forget();
  }

 private:
  const Oomnitza& cloud_;
  const std::shared_ptr<BegunPortion> portion_;
};

/// To standard output, indented, one after the other (--testmode).
class PrintSink final : public Sink {
 public:
  /// log: whose secrets are hidden, since a mapping may send a setting.
  explicit PrintSink(Log log) : log_(std::move(log)) {}

  void take(const std::string& body) override;
  bool is_canceled(const std::string&) override { return false; }
  void finalize(const std::string&) override {}
  bool is_rehearsal() const override { return true; }

 private:
  const Log log_;
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
