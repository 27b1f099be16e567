#include "jasper/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include "jasper/soap.h"

namespace connector::soap {
namespace {

struct Time {
  std::chrono::sys_seconds seconds;  ///< as on the clock of its zone
  int microseconds = 0;
  std::string zone;  ///< "", "+00:00", "-05:00"
};

/// Whether the text is as the form says, where d stands for a digit.
bool has_form(std::string_view text, std::string_view form) {
  return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                    [](char c, char expected) { return expected == 'd' ? c >= '0' && c <= '9' : c == expected; });
}

bool is_zone(std::string_view text) {
  if (text.empty() || text == "Z") return true;
  return (has_form(text, "+dd:dd") || has_form(text, "-dd:dd")) && text.substr(1, 2) <= "14" && text[4] <= '5';
}

/// xs:dateTime (XML Schema part 2, 3.2.7).
std::optional<Time> parse_time(const std::string& text) {
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
  const std::string whole(trimmed(text));
  if (!has_form(whole.substr(0, form.size()), form)) return std::nullopt;
  std::string zone = whole.substr(form.size());
  std::string fraction;
  if (zone.starts_with('.')) {
    fraction = zone.substr(1, zone.find_first_not_of("0123456789", 1) - 1);
    zone.erase(0, 1 + fraction.size());
    if (fraction.empty()) return std::nullopt;
  }
  const auto part = [&](std::size_t at, std::size_t size = 2) { return std::stoi(whole.substr(at, size)); };
  const std::chrono::year_month_day date{std::chrono::year(part(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(part(5))),
                                         std::chrono::day(static_cast<unsigned>(part(8)))};
  if (!is_zone(zone) || !date.ok() || part(11) > 23 || part(14) > 59 || part(17) > 59) return std::nullopt;
  fraction.resize(6, '0');
  return Time{.seconds = std::chrono::sys_days(date) + std::chrono::hours(part(11)) + std::chrono::minutes(part(14)) +
                         std::chrono::seconds(part(17)),
              .microseconds = std::stoi(fraction),
              .zone = zone == "Z" ? "+00:00" : zone};
}

}  // namespace

Json time_text(const std::string& text) {
  const std::optional<Time> time = parse_time(text);
  if (!time) return nullptr;
  std::string iso(trimmed(text).substr(0, std::string_view("2024-03-05T08:30:00").size()));
  if (time->microseconds != 0) iso += fmt::format(".{:06}", time->microseconds);
  return iso + time->zone;
}

Json instant(const std::string& text) {
  const std::optional<Time> time = parse_time(text);
  if (!time) return nullptr;
  std::chrono::minutes offset{0};
  if (!time->zone.empty()) {
    offset = std::chrono::hours(std::stoi(time->zone.substr(1, 2))) +
             std::chrono::minutes(std::stoi(time->zone.substr(4, 2)));
    if (time->zone.front() == '-') offset = -offset;
  }
  return (time->seconds.time_since_epoch() - offset) / std::chrono::microseconds(1) + time->microseconds;
}

}  // namespace connector::soap
