#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace connector::schedule {

using Time = std::chrono::sys_seconds;

/// Numbers of a field of a cron expression.
struct CronField {
  std::bitset<60> numbers;
  bool is_any = false;  ///< it begins with '*'
};

/// Five fields as cron reads them (crontab(5)): lists, ranges, steps, names of months and weekdays. Day and weekday
/// both restricted: one of them suffices.
struct CronExpression {
  CronField minute, hour, day, month, weekday;  ///< weekday: 0 is Sunday
};

/// When something runs, in local time: "every 6h" (m, h, d), "daily at 02:30", "weekly on monday at 02:30", or a cron
/// expression.
class Timetable {
 public:
  /// Throws std::invalid_argument, which says what may be written.
  explicit Timetable(std::string_view text);

  /// The first time after this one. Where clocks change it is as with cron(8): a time that is skipped comes as soon as
  /// they have changed, one that comes twice comes once, and what runs every hour or more often (a '*' for the minute
  /// or the hour) goes by the clock.
  Time next(Time after) const;

  /// Whether it counts from the last run and not from midnight.
  bool counts_from_last_run() const { return std::holds_alternative<std::chrono::minutes>(rule_); }

 private:
  std::variant<std::chrono::minutes, CronExpression> rule_;
};

/// "2026-12-01 02:30:00", local time.
std::string local_text(Time time);

}  // namespace connector::schedule
