#include "insight/dates.h"

#include <fmt/chrono.h>

#include <charconv>
#include <iomanip>
#include <sstream>
#include <stdexcept>

namespace connector::insight {

Day day_of(const std::tm& date) {
  return std::chrono::year_month_day(std::chrono::year(date.tm_year + 1900),
                                     std::chrono::month(static_cast<unsigned>(date.tm_mon + 1)),
                                     std::chrono::day(static_cast<unsigned>(date.tm_mday)));
}

std::string text_of(Day day) {
  return fmt::format("{:%Y-%m-%d}", day);
}

void parse_setting(const std::string& text, Date& value) {
  std::tm parts{};
  std::istringstream(text) >> std::get_time(&parts, "%Y-%m-%d");
  value.day = day_of(parts);
  if (text_of(*value.day) != text) throw std::invalid_argument("must be a date like 2024-01-31");
}

void parse_setting(const std::string& text, LookBack& value) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  value.is_number = error == std::errc() && end == text.data() + text.size();
  if (value.is_number) value.length = std::chrono::days(number);
}

}  // namespace connector::insight
