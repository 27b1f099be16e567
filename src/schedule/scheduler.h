#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "connector/log.h"
#include "schedule/timetable.h"

namespace connector::schedule {

/// What runs by itself, and when.
struct Scheduled {
  std::string name;  ///< the section's
  Timetable timetable;
  std::optional<Time> last_start = {};  ///< as far as it is known
};

/// How a scheduler passes its time. Tests have none to pass.
struct SchedulerClock {
  std::function<Time()> now;
  /// Waits that long at most. Returns whether the stop has not come.
  std::function<bool(std::chrono::seconds, const std::stop_token&)> wait;
  /// Spreads what is due at the same time: from 0 to the argument.
  std::function<std::chrono::seconds(std::chrono::seconds)> delay;

  static SchedulerClock real();
};

/// Runs sections when their time has come, beside each other up to a bound, a section never beside itself: a time that
/// comes while it runs is skipped. Times that passed while the machine slept or the program was not running are made up
/// for by one run, at once. A run begins up to a minute late, or up to a tenth of the time between two runs.
class Scheduler {
 public:
  struct Options {
    std::size_t max_at_once = 4;
    SchedulerClock clock = SchedulerClock::real();
  };

  /// run: runs a section, on a thread of its own; must not throw. Begins at once, and begins no run after the stop.
  /// Throws std::system_error when the system has no thread for it.
  Scheduler(std::vector<Scheduled> sections, std::function<void(const std::string& name)> run, Log log,
            const std::stop_token& stop, Options options);
  Scheduler(std::vector<Scheduled> sections, std::function<void(const std::string& name)> run, Log log,
            const std::stop_token& stop)
      : Scheduler(std::move(sections), std::move(run), std::move(log), stop, Options()) {}
  /// Begins no further run, and waits for those that are under way.
  ~Scheduler();

  /// Waits until the stop has come and no run is under way.
  void finish();

 private:
  class Place;

  void keep(const Scheduled& section, const std::stop_token& stop);
  Time first_time(const Scheduled& section) const;
  Time following(const Scheduled& section, Time due) const;
  bool wait_until(Time time, const std::stop_token& stop) const;
  void tell(const Scheduled& section, Time begin) const;

  const std::vector<Scheduled> sections_;
  const std::function<void(const std::string&)> run_;
  const Log log_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable_any left_;
  std::size_t running_ = 0;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> relay_;
  std::vector<std::jthread> threads_;  ///< one a section
};

}  // namespace connector::schedule
