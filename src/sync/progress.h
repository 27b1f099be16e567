#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "connector/log.h"
#include "log/console.h"
#include "sync/listener.h"

namespace connector {

/// How far a sync is.
struct Progress {
  std::size_t read = 0;
  std::size_t expected = 0;   ///< 0: not known
  std::size_t in_flight = 0;  ///< payloads on their way to Oomnitza
  std::chrono::milliseconds elapsed{0};

  /// "1200 of 5000 records (24 %), 410/s, 2 payloads in flight, 0:03, ETA 0:09"
  std::string text() const;
};

/// "1:02:03", "0:09".
std::string clock_text(std::chrono::seconds duration);

/// Shows how far a sync is: on a terminal as a live line, else as a line of the log.
class ProgressListener final : public SyncListener {
 public:
  /// name: the section's. console: outlives it.
  ProgressListener(std::string name, Console& console, Log log)
      : name_(std::move(name)), console_(console), log_(std::move(log)) {}

  /// How often it wants to hear.
  static std::chrono::milliseconds interval(const Console& console) {
    return console.is_live() ? std::chrono::milliseconds(200) : std::chrono::seconds(30);
  }

  void progress(const Progress& progress) override;
  void ended(const Summary& summary) override;

 private:
  const std::string name_;
  Console& console_;
  const Log log_;
};

}  // namespace connector
