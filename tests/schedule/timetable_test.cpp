#include "schedule/timetable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

namespace connector::schedule::timetable_test {

using testing::ElementsAre;
using testing::HasSubstr;

/// Local time is that of a place while it lives.
class Place {
 public:
  explicit Place(const char* name) {
    if (const char* set = std::getenv("TZ")) before_ = set;
    change_to(name);
  }
  ~Place() {
    before_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  static void change_to(const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
  }

 private:
  std::string before_;
};

/// "2026-03-29 01:30", in UTC.
Time utc(const std::string& text) {
  std::tm parts{};
  EXPECT_NE(::strptime((text + ":00").c_str(), "%Y-%m-%d %H:%M:%S", &parts), nullptr) << text;
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

std::string utc_text(Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, parts.tm_sec == 0 ? "%Y-%m-%d %H:%M" : "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

/// The next times, in UTC.
std::vector<std::string> times(const std::string& text, const std::string& after, int count) {
  const Timetable timetable(text);
  std::vector<std::string> found;
  Time time = utc(after);
  for (int i = 0; i < count; ++i) found.push_back(utc_text(time = timetable.next(time)));
  return found;
}

std::string next(const std::string& text, const std::string& after) {
  return times(text, after, 1).front();
}

std::string error_of(const std::string& text) {
  try {
    const Timetable timetable(text);
    return "no error";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(Timetable, Intervals) {
  EXPECT_EQ(next("every 6h", "2026-11-30 16:00"), "2026-11-30 22:00");
  EXPECT_EQ(next("every 5m", "2026-11-30 16:00"), "2026-11-30 16:05");
  EXPECT_EQ(next("  Every 2 d ", "2026-11-30 16:00"), "2026-12-02 16:00");
  EXPECT_TRUE(Timetable("every 5m").counts_from_last_run());
}

TEST(Timetable, DaysAndWeeks) {
  const Place place("UTC");
  EXPECT_EQ(next("daily at 02:30", "2026-11-30 02:29"), "2026-11-30 02:30");
  EXPECT_EQ(next("daily at 2:30", "2026-11-30 02:30"), "2026-12-01 02:30");
  EXPECT_EQ(next("weekly on monday at 02:30", "2026-11-30 16:00"), "2026-12-07 02:30");
  EXPECT_EQ(next("weekly on Sunday at 23:59", "2026-11-30 16:00"), "2026-12-06 23:59");
  EXPECT_FALSE(Timetable("daily at 02:30").counts_from_last_run());
}

TEST(Timetable, CronExpressions) {
  const Place place("UTC");
  EXPECT_THAT(times("*/20 * * * *", "2026-11-30 16:01", 3),
              ElementsAre("2026-11-30 16:20", "2026-11-30 16:40", "2026-11-30 17:00"));
  EXPECT_THAT(times("5,10-12 8-18/5 * * *", "2026-11-30 13:11", 4),
              ElementsAre("2026-11-30 13:12", "2026-11-30 18:05", "2026-11-30 18:10", "2026-11-30 18:11"));
  EXPECT_EQ(next("0 0 1 jan *", "2026-11-30 16:00"), "2027-01-01 00:00");
  EXPECT_EQ(next("0 6 * * Mon-Fri", "2026-11-27 07:00"), "2026-11-30 06:00") << "Friday to Monday";
  EXPECT_EQ(next("0 6 * * 7", "2026-11-30 16:00"), "2026-12-06 06:00");
  EXPECT_EQ(next("0 6 * * 5-7", "2026-12-05 16:00"), "2026-12-06 06:00");
  EXPECT_EQ(next("0 0 29 2 *", "2096-03-01 00:00"), "2104-02-29 00:00");
  EXPECT_EQ(next("* * 29 2 *", "2096-03-01 00:00"), "2104-02-29 00:00");
}

TEST(Timetable, OfDayAndWeekdayOneSufficesWhenBothAreRestricted) {
  const Place place("UTC");
  EXPECT_THAT(times("0 0 13 * fri", "2026-11-12 00:00", 3),
              ElementsAre("2026-11-13 00:00", "2026-11-20 00:00", "2026-11-27 00:00"));
  EXPECT_THAT(times("0 0 */2 * fri", "2026-11-12 00:00", 2), ElementsAre("2026-11-13 00:00", "2026-11-27 00:00"))
      << "a field that begins with a star restricts, and both count";
}

TEST(Timetable, IsInLocalTime) {
  const Place place("Asia/Kolkata");  // 5:30 ahead
  EXPECT_EQ(next("daily at 02:30", "2026-11-30 16:00"), "2026-11-30 21:00");
  EXPECT_EQ(next("0 * * * *", "2026-11-30 16:00"), "2026-11-30 16:30");
  EXPECT_EQ(local_text(utc("2026-11-30 16:00")), "2026-11-30 21:30:00");
}

// Clocks in Berlin go from 02:00 to 03:00 at 01:00 UTC of March 29, and from 03:00 to 02:00 at 01:00 UTC of October 25.
TEST(Timetable, ATimeThatClocksSkipComesAtOnce) {
  const Place place("Europe/Berlin");
  EXPECT_THAT(times("daily at 02:30", "2026-03-28 00:00", 3),
              ElementsAre("2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"));
  EXPECT_THAT(times("0,30 2 * * *", "2026-03-28 12:00", 2), ElementsAre("2026-03-29 01:00", "2026-03-30 00:00"));
  EXPECT_THAT(times("30 3 * * *", "2026-03-28 12:00", 2), ElementsAre("2026-03-29 01:30", "2026-03-30 01:30"));
}

TEST(Timetable, ATimeThatComesTwiceComesOnce) {
  const Place place("Europe/Berlin");
  EXPECT_THAT(times("daily at 02:30", "2026-10-24 00:00", 3),
              ElementsAre("2026-10-24 00:30", "2026-10-25 00:30", "2026-10-26 01:30"));
  EXPECT_EQ(next("daily at 02:30", "2026-10-25 01:00"), "2026-10-26 01:30");
}

TEST(Timetable, WhatIsRepeatedGoesByTheClock) {
  const Place place("Europe/Berlin");
  EXPECT_THAT(times("30 * * * *", "2026-03-29 00:00", 3),
              ElementsAre("2026-03-29 00:30", "2026-03-29 01:30", "2026-03-29 02:30"));
  EXPECT_THAT(times("30 */2 * * *", "2026-10-24 23:30", 3),
              ElementsAre("2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 03:30"))
      << "02:30 is there twice";
}

TEST(Timetable, ClocksMayChangeByHalfAnHour) {
  const Place place("Australia/Lord_Howe");  // 02:00 to 02:30 at 15:30 UTC of October 3
  EXPECT_EQ(next("daily at 02:15", "2026-10-03 00:00"), "2026-10-03 15:30");
  EXPECT_EQ(next("*/10 * * * *", "2026-10-03 15:25"), "2026-10-03 15:30");
}

TEST(Timetable, SaysWhatIsWrong) {
  for (const char* text : {"", "hourly", "daily", "daily at 24:00", "daily at 2", "every 6", "every -6h", "every 6w",
                           "weekly on mon at 02:30", "@daily", "daily at :30", "daily at 2:3", "daily at 002:30",
                           "daily at 2:60", "every 6  h", "weekly on at 02:30", "weekly on monday"}) {
    EXPECT_THAT(error_of(text), HasSubstr("must be like \"every 6h\" (m, h or d), \"daily at 02:30\"")) << text;
  }
  EXPECT_EQ(error_of("every 0h"), "must be from every 1m to every 366d");
  EXPECT_EQ(error_of("every 99999999999999999999h"), "must be from every 1m to every 366d");
  EXPECT_EQ(error_of("* * * *"), "a cron expression has five fields");
  EXPECT_EQ(error_of("* * * * * *"), "a cron expression has five fields");
  EXPECT_EQ(error_of("0 0 30 2 *"), "names a day that never comes");
  EXPECT_THAT(error_of("60 * * * *"), HasSubstr("the minute of the cron expression must be *, a number from 0 to 59"));
  EXPECT_THAT(error_of("0 24 * * *"), HasSubstr("the hour"));
  EXPECT_THAT(error_of("0 0 0 * *"), HasSubstr("the day of the month"));
  EXPECT_THAT(error_of("0 0 * 13 *"), HasSubstr("the month"));
  EXPECT_THAT(error_of("0 0 * * 8"), HasSubstr("the weekday"));
  for (const char* minute : {"*/0", "5/10", "9-5", "1-2-3", "1/2/3", ",", "1,", "x", "-1", "1-", "99999999999", "**"}) {
    EXPECT_THAT(error_of(std::string(minute) + " * * * *"), HasSubstr(*minute == 'x' ? "must be like" : "must be"))
        << minute;
  }
}

}  // namespace connector::schedule::timetable_test
