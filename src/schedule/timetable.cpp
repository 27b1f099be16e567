#include "schedule/timetable.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

#include "schedule/cron.h"
#include "text/text.h"

namespace connector::schedule {
namespace {

using std::chrono::minutes;

constexpr int max_digits = 5;  // of minutes: 69 days
constexpr minutes longest = std::chrono::days(366);

constexpr const char* what_may_be_written =
    "must be like \"every 6h\" (m, h or d), \"daily at 02:30\", \"weekly on monday at 02:30\", or a cron expression of "
    "five fields";

constexpr std::string_view digits = "0123456789";

/// "6h", "6 h"
minutes interval(const std::string& text) {
  const std::string number = text.substr(0, text.find_first_not_of(digits));
  std::string_view unit = std::string_view(text).substr(number.size());
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  if (number.empty() || (unit != "m" && unit != "h" && unit != "d")) throw std::invalid_argument(what_may_be_written);
  const minutes one = unit == "m" ? minutes(1) : unit == "h" ? minutes(60) : minutes(24 * 60);
  const minutes all = number.size() > max_digits ? longest + one : std::stoi(number) * one;
  if (all < minutes(1) || all > longest) throw std::invalid_argument("must be from every 1m to every 366d");
  return all;
}

/// "2:30", "02:30": minute and hour of a cron expression
std::string minute_and_hour(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string hour = text.substr(0, colon);
  const std::string minute = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool are_digits = (hour + minute).find_first_not_of(digits) == std::string::npos;
  if (hour.empty() || hour.size() > 2 || minute.size() != 2 || !are_digits || std::stoi(hour) > 23 ||
      std::stoi(minute) > 59) {
    throw std::invalid_argument(what_may_be_written);
  }
  return minute + " " + hour;
}

std::variant<minutes, CronExpression> rule_of(const std::string& text) {
  static constexpr std::array names = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
  static constexpr std::string_view every = "every ";
  static constexpr std::string_view daily = "daily at ";
  static constexpr std::string_view weekly = "weekly on ";
  static constexpr std::string_view at = " at ";
  if (text.starts_with(every)) return interval(text.substr(every.size()));
  if (text.starts_with(daily)) return parse_cron(minute_and_hour(text.substr(daily.size())) + " * * *");
  if (const std::size_t time = text.find(at); text.starts_with(weekly) && time != std::string::npos) {
    const std::string day = text.substr(weekly.size(), time - weekly.size());
    if (std::ranges::find(names, day) == names.end()) throw std::invalid_argument(what_may_be_written);
    return parse_cron(minute_and_hour(text.substr(time + at.size())) + " * * " + day.substr(0, 3));
  }
  if (text.find_first_of("0123456789*") != 0) throw std::invalid_argument(what_may_be_written);
  return parse_cron(text);
}

}  // namespace

Timetable::Timetable(std::string_view text) : rule_(rule_of(lower_case(trimmed(text)))) {
  const auto* cron = std::get_if<CronExpression>(&rule_);
  if (cron != nullptr && !next_time(*cron, Time())) throw std::invalid_argument("names a day that never comes");
}

Time Timetable::next(Time after) const {
  if (const auto* every = std::get_if<minutes>(&rule_)) return after + *every;
  return next_time(std::get<CronExpression>(rule_), after).value_or(Time::max());
}

std::string local_text(Time time) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace connector::schedule
