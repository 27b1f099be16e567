#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "log/file_sink.h"

namespace connector {

/// When a log file is full, in the words of Python's TimedRotatingFileHandler.
class RotationSchedule {
 public:
  using Time = std::chrono::system_clock::time_point;

  /// when: S, M, H, D, midnight, W0 (Monday) … W6, in any case. interval: so many of them (the first four). Throws
  /// std::runtime_error for other words.
  RotationSchedule(const std::string& when, int interval, bool utc);

  /// When a file is full that was begun then.
  Time full_at(Time begun) const;

  /// What the name of a file ends with that was full then: 2026-03-01.
  std::string suffix(Time full) const;

 private:
  Time midnight_after(Time begun) const;

  std::chrono::seconds period_;
  int weekday_ = -1;  ///< as in std::tm; -1: every day
  bool at_midnight_ = false;
  const bool utc_;
  const char* format_;
};

/// When its time has come, f becomes f.2026-03-01, and of those files the newest `backups` stay; with 0 all do.
class TimedFileSink final : public FileSink {
 public:
  TimedFileSink(
      const std::filesystem::path& path, const std::string& charset, const RotationSchedule& schedule, unsigned backups,
      std::function<RotationSchedule::Time()> now = [] { return std::chrono::system_clock::now(); });

 private:
  void make_room(std::uintmax_t bytes) override;
  void remove_oldest() const;

  const RotationSchedule schedule_;
  const unsigned backups_;
  const std::function<RotationSchedule::Time()> now_;
  RotationSchedule::Time full_at_;
};

}  // namespace connector
