// When a cron expression fits: local time, with what its changes do.
#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>

#include "schedule/cron.h"

namespace connector::schedule {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::year_month_day;

/// February 29 can be eight years away (2096, 2104).
constexpr days furthest{9 * 366};

/// What the clock on the wall shows then.
local_seconds local_time(Time time) {
  const std::tm shown = fmt::localtime(std::chrono::system_clock::to_time_t(time));
  const year_month_day date(std::chrono::year(shown.tm_year + 1900),
                            std::chrono::month(static_cast<unsigned>(shown.tm_mon + 1)),
                            std::chrono::day(static_cast<unsigned>(shown.tm_mday)));
  return local_days(date) + hours(shown.tm_hour) + minutes(shown.tm_min) + seconds(std::min(shown.tm_sec, 59));
}

/// How far the clock on the wall is ahead of UTC.
seconds offset(Time time) {
  return local_time(time).time_since_epoch() - time.time_since_epoch();
}

/// Between two moments with different offsets, the first with the later one.
Time change_between(Time before, Time after) {
  const seconds later = offset(after);
  while (after - before > seconds(1)) {
    const Time middle = before + (after - before) / 2;
    (offset(middle) == later ? after : before) = middle;
  }
  return after;
}

/// When the clock on the wall shows this: the first time, or when it has just skipped it.
Time moment(local_seconds wanted) {
  const Time around(wanted.time_since_epoch());
  const Time by_old_offset = around - offset(around - days(1));
  const Time by_new_offset = around - offset(around + days(1));
  if (local_time(by_old_offset) == wanted) return by_old_offset;
  if (local_time(by_new_offset) == wanted) return by_new_offset;
  return change_between(around - days(1), around + days(1));
}

bool fits(const CronExpression& expression, local_days date) {
  const year_month_day parts(date);
  if (!expression.month.numbers[static_cast<unsigned>(parts.month())]) return false;
  const bool day = expression.day.numbers[static_cast<unsigned>(parts.day())];
  const bool weekday = expression.weekday.numbers[std::chrono::weekday(date).c_encoding()];
  const bool both_count = expression.day.is_any || expression.weekday.is_any;
  return both_count ? day && weekday : day || weekday;
}

/// Of times that the expression names (30 2 * * *): each once a day, whatever the clocks do.
std::optional<Time> next_named(const CronExpression& expression, Time after) {
  const auto first = std::chrono::floor<days>(local_time(after)) - days(1);
  for (local_days date = first; date < first + furthest; date += days(1)) {
    if (!fits(expression, date)) continue;
    for (unsigned hour = 0; hour < 24; ++hour) {
      for (unsigned minute = 0; expression.hour.numbers[hour] && minute < 60; ++minute) {
        if (!expression.minute.numbers[minute]) continue;
        if (const Time time = moment(date + hours(hour) + minutes(minute)); time > after) return time;
      }
    }
  }
  return std::nullopt;
}

/// Of what comes again and again in a day (*/5 * * * *): as the clock on the wall shows it.
std::optional<Time> next_repeated(const CronExpression& expression, Time after) {
  Time time = std::chrono::floor<minutes>(after) + minutes(1);
  while (time < after + furthest) {
    const local_seconds shown = local_time(time);
    const local_days date = std::chrono::floor<days>(shown);
    const auto hour = std::chrono::floor<hours>(shown - date);
    const auto minute = std::chrono::floor<minutes>(shown - date - hour);
    const bool may_be = fits(expression, date) && expression.hour.numbers[static_cast<std::size_t>(hour.count())];
    if (may_be && expression.minute.numbers[static_cast<std::size_t>(minute.count())]) return time;
    time += may_be ? minutes(1) : minutes(60) - minute;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Time> next_time(const CronExpression& expression, Time after) {
  const bool is_repeated = expression.minute.is_any || expression.hour.is_any;
  return is_repeated ? next_repeated(expression, after) : next_named(expression, after);
}

}  // namespace connector::schedule
