#include "schedule/cron.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "text/text.h"

namespace connector::schedule {
namespace {

constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/// What a field may hold.
struct FieldKind {
  std::string_view name;
  unsigned least;
  unsigned most;
  std::span<const std::string_view> names = {};  ///< of the numbers from `least` on
};

constexpr FieldKind minute_kind{"minute", 0, 59};
constexpr FieldKind hour_kind{"hour", 0, 23};
constexpr FieldKind day_kind{"day of the month", 1, 31};
constexpr FieldKind month_kind{"month", 1, 12, months};
constexpr FieldKind weekday_kind{"weekday", 0, 7, weekdays};  // 7 is Sunday, too

class FieldParser {
 public:
  FieldParser(std::string_view text, const FieldKind& kind) : text_(text), kind_(kind) {}

  CronField parse() const {
    CronField field{.numbers = {}, .is_any = text_.starts_with('*')};
    for (const std::string_view part : parts(text_, ',')) add(part, field);
    return field;
  }

 private:
  static std::vector<std::string_view> parts(std::string_view text, char separator) {
    std::vector<std::string_view> found;
    for (std::size_t end; (end = text.find(separator)) != std::string_view::npos; text.remove_prefix(end + 1)) {
      found.push_back(text.substr(0, end));
    }
    found.push_back(text);
    return found;
  }

  /// "*", "5", "1-5", "*/15", "8-18/2".
  void add(std::string_view part, CronField& field) const {
    const std::vector<std::string_view> stepped = parts(part, '/');
    const std::vector<std::string_view> range = parts(stepped.front(), '-');
    const bool is_any = stepped.front() == "*";
    const bool is_range = is_any || range.size() == 2;
    if (stepped.size() > 2 || range.size() > 2 || (stepped.size() == 2 && !is_range)) fail();
    const unsigned first = is_any ? kind_.least : number(range.front());
    const unsigned last = is_any ? kind_.most : number(range.back());
    const unsigned step = stepped.size() == 2 ? digits(stepped.back()) : 1;
    if (first > last || step == 0) fail();
    for (unsigned value = first; value <= last; value += step) field.numbers.set(is_sunday(value) ? 0 : value);
  }

  bool is_sunday(unsigned value) const { return kind_.most == 7 && value == 7; }

  unsigned number(std::string_view text) const {
    const std::string name = lower_case(text);
    for (std::size_t i = 0; i < kind_.names.size(); ++i) {
      if (kind_.names[i] == name) return kind_.least + static_cast<unsigned>(i);
    }
    const unsigned value = digits(text);
    if (value < kind_.least || value > kind_.most) fail();
    return value;
  }

  unsigned digits(std::string_view text) const {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > 1000) fail();
    return value;
  }

  [[noreturn]] void fail() const {
    throw std::invalid_argument(
        fmt::format("the {} of the cron expression must be *, a number from {} to {}, a range "
                    "(1-5), a step (*/5), or a list of those",
                    kind_.name, kind_.least, kind_.most));
  }

  const std::string_view text_;
  const FieldKind& kind_;
};

}  // namespace

CronExpression parse_cron(std::string_view text) {
  std::vector<std::string_view> fields;
  for (std::string_view rest = trimmed(text); !rest.empty(); rest = trimmed(rest)) {
    fields.push_back(rest.substr(0, rest.find_first_of(" \t")));
    rest.remove_prefix(fields.back().size());
  }
  if (fields.size() != 5) throw std::invalid_argument("a cron expression has five fields");
  return {.minute = FieldParser(fields[0], minute_kind).parse(),
          .hour = FieldParser(fields[1], hour_kind).parse(),
          .day = FieldParser(fields[2], day_kind).parse(),
          .month = FieldParser(fields[3], month_kind).parse(),
          .weekday = FieldParser(fields[4], weekday_kind).parse()};
}

}  // namespace connector::schedule
