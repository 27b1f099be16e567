// The converters that make epoch seconds of dates, numbers and Windows file times.
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "convert/builtin.h"
#include "text/text.h"

namespace connector {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;

constexpr std::int64_t first_second = sys_days(std::chrono::year(1) / 1 / 1).time_since_epoch() / seconds(1);
constexpr std::int64_t last_second = sys_days(std::chrono::year(10000) / 1 / 1).time_since_epoch() / seconds(1) - 1;

using Seconds = std::optional<std::int64_t>;

Seconds in_range(std::int64_t time) {
  return time >= first_second && time <= last_second ? Seconds(time) : std::nullopt;
}

Seconds in_range(double number) {
  const double whole = std::floor(number);
  const bool fits = whole >= static_cast<double>(first_second) && whole <= static_cast<double>(last_second);
  return fits ? Seconds(static_cast<std::int64_t>(whole)) : std::nullopt;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes what is expected from the front of a string.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  char take_any(std::string_view expected) {
    if (rest_.empty() || expected.find(rest_.front()) == std::string_view::npos) return '\0';
    const char found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }

  /// A number of exactly so many digits.
  std::optional<int> number(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_digit(rest_[i])) return std::nullopt;
    }
    int value = 0;
    std::from_chars(rest_.data(), rest_.data() + digits, value);
    rest_.remove_prefix(digits);
    return value;
  }

  /// The digits of a fraction, as a number below 1; nothing when there is none.
  std::optional<double> fraction() {
    double value = 0;
    double weight = 0.1;
    const std::size_t before = rest_.size();
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), weight /= 10)
      value += weight * (rest_.front() - '0');
    return rest_.size() < before ? std::optional(value) : std::nullopt;
  }

  bool skip_digits() {
    const std::size_t before = rest_.size();
    while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
    return rest_.size() < before;
  }

 private:
  std::string_view rest_;
};

/// Python's float() takes single underscores between digits, from_chars does not.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      result += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return result;
}

/// The number that a string reads as, nothing for nan and infinities.
std::optional<double> number(std::string_view text) {
  if (text.find('_') != std::string_view::npos) {
    const std::optional<std::string> plain = without_underscores(text);
    return plain ? number(*plain) : std::nullopt;
  }
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // What is too small is 0, or nearly; only strtod() tells it from what is too large.
  const bool is_out_of_range = error == std::errc::result_out_of_range;
  if (is_out_of_range) value = std::strtod(std::string(text).c_str(), nullptr);
  if ((error != std::errc() && !is_out_of_range) || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

/// HH:MM, HH:MM:SS, HH:MM:SS.fff; fractions are cut.
Seconds time_of_day(Reader& reader) {
  const std::optional<int> hour = reader.number(2);
  if (!hour || *hour > 23 || !reader.take(':')) return std::nullopt;
  const std::optional<int> minute = reader.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  const std::int64_t whole_minutes = (*hour * 60 + *minute) * 60;
  if (!reader.take(':')) return whole_minutes;
  const std::optional<int> second = reader.number(2);
  if (!second || *second > 59) return std::nullopt;
  if (reader.take_any(".,") && !reader.skip_digits()) return std::nullopt;
  return whole_minutes + *second;
}

/// Nothing, Z, +HH:MM, +HHMM, +HH, the same with '-': the offset from UTC.
Seconds zone(Reader& reader) {
  if (reader.at_end() || reader.take('Z')) return 0;
  const char sign = reader.take_any("+-");
  const std::optional<int> hours = reader.number(2);
  if (!sign || !hours || *hours > 23) return std::nullopt;
  int minutes = 0;
  if (!reader.at_end()) {
    reader.take(':');
    const std::optional<int> given = reader.number(2);
    if (!given || *given > 59) return std::nullopt;
    minutes = *given;
  }
  const int offset = (*hours * 60 + minutes) * 60;
  return sign == '-' ? -offset : offset;
}

/// 00:00 UTC of a day; nothing when there is no such day.
Seconds midnight_of(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return date.ok() ? Seconds(sys_days(date).time_since_epoch() / seconds(1)) : std::nullopt;
}

/// The grammar is in docs/converters-and-filters.md.
Seconds date_and_time(std::string_view text) {
  Reader reader(text);
  const std::optional<int> year = reader.number(4);
  const char separator = reader.take_any("-/.");
  const std::optional<int> month = reader.number(2);
  if (!year || *year == 0 || !separator || !month) return std::nullopt;

  const bool has_day = reader.take(separator);
  if (!has_day && separator == '.') return std::nullopt;
  const std::optional<int> day = has_day ? reader.number(2) : 1;
  if (!day) return std::nullopt;
  const Seconds midnight = midnight_of(*year, *month, *day);
  if (!midnight || reader.at_end()) return midnight;

  if (!has_day || separator != '-' || !reader.take_any("T ")) return std::nullopt;
  const Seconds time = time_of_day(reader);
  if (!time) return std::nullopt;
  const Seconds offset = zone(reader);
  if (!offset || !reader.at_end()) return std::nullopt;
  return in_range(*midnight + *time - *offset);
}

/// Generalized time, as directories write it (RFC 4517, 3.3.13): YYYYMMDDHH[MM[SS]], a fraction of the last one, and a
/// zone, which must be there.
Seconds generalized_time(std::string_view text) {
  Reader reader(text);
  const std::optional<int> year = reader.number(4);
  const std::optional<int> month = reader.number(2);
  const std::optional<int> day = reader.number(2);
  const std::optional<int> hour = reader.number(2);
  if (!hour || *year == 0 || *hour > 23) return std::nullopt;
  const std::optional<int> minute = reader.number(2);
  const std::optional<int> second = minute ? reader.number(2) : std::nullopt;
  if (minute.value_or(0) > 59 || second.value_or(0) > 59) return std::nullopt;
  std::int64_t time = (*hour * 60 + minute.value_or(0)) * 60 + second.value_or(0);
  if (reader.take_any(".,")) {
    const std::optional<double> fraction = reader.fraction();
    if (!fraction) return std::nullopt;
    const int unit = second ? 1 : minute ? 60 : 3600;
    time += static_cast<std::int64_t>(*fraction * unit);
  }
  const Seconds midnight = midnight_of(*year, *month, *day);
  const Seconds offset = reader.at_end() ? std::nullopt : zone(reader);
  if (!midnight || !offset || !reader.at_end()) return std::nullopt;
  return in_range(*midnight + time - *offset);
}

Seconds epoch_seconds(std::string_view text) {
  text = without_blanks(text);
  if (const std::optional<double> seconds_given = number(with_ascii_digits(text))) return in_range(*seconds_given);
  const Seconds time = date_and_time(text);
  return time ? time : generalized_time(text);
}

Seconds epoch_seconds(const Json& number) {
  if (number.is_number_unsigned() && number.get<std::uint64_t>() > static_cast<std::uint64_t>(last_second)) {
    return std::nullopt;
  }
  return number.is_number_float() ? in_range(number.get<double>()) : in_range(number.get<std::int64_t>());
}

/// Epoch seconds of a Windows file time given as "-123"; nothing when the text is not an integer.
Seconds file_time(std::string_view text) {
  constexpr std::size_t ticks_digits = 7;  // a tick is 100 ns
  constexpr std::int64_t seconds_from_1601_to_1970 = 11644473600;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;

  const std::size_t length = text.size() > ticks_digits ? text.size() - ticks_digits : 0;
  const bool has_fraction = text.find_first_not_of('0', length) != std::string_view::npos;
  std::int64_t whole = 0;
  if (length > 0 && std::from_chars(text.data(), text.data() + length, whole).ec != std::errc()) {
    return negative ? std::nullopt : Seconds(last_second);
  }
  if (negative) whole = -whole - (has_fraction ? 1 : 0);
  if (whole > last_second + seconds_from_1601_to_1970) return last_second;
  return whole - seconds_from_1601_to_1970;
}

Json or_unchanged(Seconds time, const Json& value) {
  return time ? Json(*time) : value;
}

}  // namespace

ConvertedText date_text(std::string_view text, const Parameters&) {
  const Seconds time = epoch_seconds(text);
  return time ? ConvertedText(*time) : ConvertedText(text);
}

Json timestamp(const Conversion& conversion) {
  const Json& value = conversion.value;
  return value.is_number() ? or_unchanged(epoch_seconds(value), value) : value;
}

Json ldap_timestamp(const Conversion& conversion) {
  const Json& value = conversion.value;
  if (const std::string* text = string_in(value))
    return or_unchanged(file_time(with_ascii_digits(without_blanks(*text))), value);
  if (const auto digits = big_integer_digits(value)) return or_unchanged(file_time(*digits), value);
  if (!value.is_number()) return value;
  std::array<char, 320> digits{};  // the largest double has 309
  char* const begin = digits.data();
  char* const end = begin + digits.size();
  std::to_chars_result written{};
  if (value.is_number_float()) {
    if (!std::isfinite(value.get<double>())) return value;
    written = std::to_chars(begin, end, std::trunc(value.get<double>()), std::chars_format::fixed);
  } else if (value.is_number_unsigned()) {
    written = std::to_chars(begin, end, value.get<std::uint64_t>());
  } else {
    written = std::to_chars(begin, end, value.get<std::int64_t>());
  }
  return or_unchanged(file_time({begin, written.ptr}), value);
}

}  // namespace connector
