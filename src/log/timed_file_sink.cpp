#include "log/timed_file_sink.h"

#include <fmt/format.h>
#include <spdlog/details/os.h>

#include <algorithm>
#include <ctime>
#include <iomanip>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "platform/files.h"
#include "text/text.h"

namespace connector {
namespace {

namespace fs = std::filesystem;
using Time = RotationSchedule::Time;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::system_clock;

std::tm calendar(Time time, bool utc) {
  const std::time_t moment = system_clock::to_time_t(time);
  return utc ? spdlog::details::os::gmtime(moment) : spdlog::details::os::localtime(moment);
}

/// The file's beginning, as far as one can tell: Python takes the time of its last change, too.
Time begin_of(const fs::path& file, std::uintmax_t size, Time now) {
  std::error_code unknown;
  const auto changed = fs::last_write_time(file, unknown);
  if (unknown || size == 0) return now;
  return now - std::chrono::duration_cast<system_clock::duration>(fs::file_time_type::clock::now() - changed);
}

}  // namespace

RotationSchedule::RotationSchedule(const std::string& when, int interval, bool utc) : utc_(utc) {
  const std::string word = ascii_lower_case(when);
  const seconds count(std::max(interval, 1));
  const bool is_weekly = word.size() == 2 && word[0] == 'w' && word[1] >= '0' && word[1] <= '6';
  format_ = "%Y-%m-%d";
  if (word == "s") {
    period_ = count;
    format_ = "%Y-%m-%d_%H-%M-%S";
  } else if (word == "m") {
    period_ = count * 60;
    format_ = "%Y-%m-%d_%H-%M";
  } else if (word == "h") {
    period_ = count * 3600;
    format_ = "%Y-%m-%d_%H";
  } else if (word == "d") {
    period_ = count * 86400;
  } else if (word == "midnight" || is_weekly) {
    at_midnight_ = true;
    period_ = hours(is_weekly ? 7 * 24 : 24);
    if (is_weekly) weekday_ = (word[1] - '0' + 1) % 7;
  } else {
    throw std::runtime_error(fmt::format("its when \"{}\" is not known", when));
  }
}

Time RotationSchedule::full_at(Time begun) const {
  return at_midnight_ ? midnight_after(begun) : begun + period_;
}

Time RotationSchedule::midnight_after(Time begun) const {
  std::tm day = calendar(begun, utc_);
  const int days = weekday_ < 0 ? 1 : 1 + (weekday_ - day.tm_wday + 7) % 7;  // on that day's end
  if (utc_) return std::chrono::floor<std::chrono::days>(begun) + std::chrono::days(days);
  day.tm_mday += days;
  day.tm_hour = day.tm_min = day.tm_sec = 0;
  day.tm_isdst = -1;
  return system_clock::from_time_t(std::mktime(&day));
}

std::string RotationSchedule::suffix(Time full) const {
  const std::tm begin = calendar(full - period_, utc_);
  std::ostringstream text;
  text << std::put_time(&begin, format_);
  return text.str();
}

TimedFileSink::TimedFileSink(const fs::path& path, const std::string& charset, const RotationSchedule& schedule,
                             unsigned backups, std::function<Time()> now)
    : FileSink(path, charset),
      schedule_(schedule),
      backups_(backups),
      now_(std::move(now)),
      full_at_(schedule_.full_at(begin_of(path, file().size(), now_()))) {}

void TimedFileSink::make_room(std::uintmax_t) {
  const Time now = now_();
  if (now < full_at_) return;
  fs::path name = path();
  name += "." + schedule_.suffix(full_at_);
  rename_to(name);
  full_at_ = schedule_.full_at(now);
  if (backups_ > 0) remove_oldest();
}

void TimedFileSink::remove_oldest() const {
  const std::string begin = path().filename().native() + ".";
  const std::size_t length = begin.size() + schedule_.suffix(full_at_).size();
  std::vector<fs::path> old;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path().has_parent_path() ? path().parent_path() : ".", ignored)) {
    const std::string name = entry.path().filename().native();
    if (name.starts_with(begin) && name.size() == length) old.push_back(entry.path());
  }
  std::sort(old.begin(), old.end());
  for (std::size_t i = 0; i + backups_ < old.size(); ++i) fs::remove(old[i], ignored);
}

}  // namespace connector
