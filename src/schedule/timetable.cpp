#include "schedule/timetable.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <regex>
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

minutes interval(const std::string& number, char unit) {
  const minutes one = unit == 'm' ? minutes(1) : unit == 'h' ? minutes(60) : minutes(24 * 60);
  const minutes all = number.size() > max_digits ? longest + one : std::stoi(number) * one;
  if (all < minutes(1) || all > longest) throw std::invalid_argument("must be from every 1m to every 366d");
  return all;
}

std::variant<minutes, CronExpression> rule_of(const std::string& text) {
  static const std::string time = R"re( at ([01]?[0-9]|2[0-3]):([0-5][0-9]))re";
  static const std::regex every(R"re(every ([0-9]+) ?([mhd]))re");
  static const std::regex daily("daily" + time);
  static const std::regex weekly("weekly on (sun|mon|tues|wednes|thurs|fri|satur)day" + time);
  std::smatch found;
  if (std::regex_match(text, found, every)) return interval(found[1], *found[2].first);
  if (std::regex_match(text, found, daily))
    return parse_cron(fmt::format("{} {} * * *", found[2].str(), found[1].str()));
  if (std::regex_match(text, found, weekly)) {
    return parse_cron(fmt::format("{} {} * * {}", found[3].str(), found[2].str(), found[1].str().substr(0, 3)));
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
