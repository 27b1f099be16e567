// Settings of Insight that are dates.
#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <string>

namespace connector::insight {

using Day = std::chrono::sys_days;

Day day_of(const std::tm& date);

/// 2024-01-31
std::string text_of(Day day);

/// A setting that is a date or empty.
struct Date {
  std::optional<Day> day;
};
void parse_setting(const std::string& text, Date& value);

/// A setting that is a number of days; 20 for anything else.
struct LookBack {
  std::chrono::days length{20};
  bool is_number = true;
};
void parse_setting(const std::string& text, LookBack& value);

}  // namespace connector::insight
