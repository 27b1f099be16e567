#include "schedule/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "support/lines.h"

namespace connector::schedule::scheduler_test {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// Of one section: waiting moves the time, and nothing else does unless the test says so.
class SchedulerTest : public testing::Test {
 protected:
  const Time begin = Time(seconds(1'800'000'000));  // 2027-01-15 08:00:00 UTC
  Time now = begin;
  seconds delay{0};
  std::vector<seconds> delays;  ///< that were possible
  std::vector<seconds> waits;
  std::stop_source stop;
  std::shared_ptr<test::Lines> log = std::make_shared<test::Lines>();
  std::vector<seconds> starts;  ///< of runs, from the beginning

  SchedulerClock clock() {
    return {.now = [this] { return now; },
            .wait =
                [this](seconds duration, const std::stop_token& token) {
                  waits.push_back(duration);
                  now += duration;
                  return !token.stop_requested();
                },
            .delay =
                [this](seconds longest) {
                  delays.push_back(longest);
                  return delay;
                }};
  }

  /// Runs a section so many times; during: what happens in a run.
  void run(
      const Scheduled& section, std::size_t times, const std::function<void()>& during = [] {}) {
    Scheduler scheduler({section},
                        [&](const std::string& name) {
                          EXPECT_EQ(name, section.name);
                          starts.push_back(now - begin);
                          during();
                          if (starts.size() == times) stop.request_stop();
                        },
                        Log(log), stop.get_token(), {.clock = clock()});
    scheduler.finish();
  }
};

TEST_F(SchedulerTest, RunsWhenTheTimeHasCome) {
  run({.name = "a", .timetable = Timetable("every 6h"), .last_start = begin - hours(1)}, 3);
  EXPECT_THAT(starts, ElementsAre(hours(5), hours(11), hours(17)));
  EXPECT_THAT(log->lines, HasSubstr("section [a]: next run at "));
  EXPECT_THAT(log->lines, Not(HasSubstr("missed")));
}

TEST_F(SchedulerTest, WaitsInPiecesSoThatAChangedClockIsNoticed) {
  run({.name = "a", .timetable = Timetable("every 2m"), .last_start = begin}, 1);
  EXPECT_THAT(waits, ElementsAre(seconds(30), seconds(30), seconds(30), seconds(30)));
}

TEST_F(SchedulerTest, WhatNeverRanBeginsAtOnceWhereATimeBetweenRunsIsGiven) {
  run({.name = "a", .timetable = Timetable("every 6h")}, 2);
  EXPECT_THAT(starts, ElementsAre(hours(0), hours(6)));
}

TEST_F(SchedulerTest, WhatNeverRanBeginsWhenTheClockSaysSoElse) {
  run({.name = "a", .timetable = Timetable("0 * * * *")}, 1);
  EXPECT_THAT(starts, ElementsAre(hours(1)));
}

TEST_F(SchedulerTest, ManyTimesThatPassedMeanwhileAreOneRun) {
  run({.name = "a", .timetable = Timetable("every 6h"), .last_start = begin - days(30)}, 2);
  EXPECT_THAT(starts, ElementsAre(hours(0), hours(6)));
  EXPECT_THAT(log->lines, HasSubstr("section [a]: missed its time, "));
}

TEST_F(SchedulerTest, AMachineThatSleptMakesUpForItOnce) {
  bool has_slept = false;
  SchedulerClock sleepy = clock();
  sleepy.wait = [this, &has_slept](seconds duration, const std::stop_token&) {
    now += std::exchange(has_slept, true) ? duration : days(3) + minutes(7);
    return true;
  };
  Scheduler scheduler({{.name = "a", .timetable = Timetable("0 * * * *"), .last_start = begin}},
                      [&](const std::string&) {
                        starts.push_back(now - begin);
                        if (starts.size() == 2) stop.request_stop();
                      },
                      Log(log), stop.get_token(), {.clock = sleepy});
  scheduler.finish();
  EXPECT_THAT(starts, ElementsAre(days(3) + minutes(7), days(3) + hours(1)));
}

TEST_F(SchedulerTest, TimesThatComeDuringARunAreSkipped) {
  run({.name = "a", .timetable = Timetable("0 * * * *"), .last_start = begin}, 2, [this] { now += minutes(150); });
  EXPECT_THAT(starts, ElementsAre(hours(1), hours(4)));
}

TEST_F(SchedulerTest, ALastRunInTheFutureIsTakenForNow) {
  run({.name = "a", .timetable = Timetable("every 1h"), .last_start = begin + days(300)}, 1);
  EXPECT_THAT(starts, ElementsAre(hours(1)));
}

TEST_F(SchedulerTest, IsDelayedByATenthOfTheTimeBetweenRunsAndAMinuteAtMost) {
  delay = seconds(20);
  run({.name = "a", .timetable = Timetable("every 5m"), .last_start = begin}, 2);
  EXPECT_THAT(delays, ElementsAre(seconds(30), seconds(30)));
  EXPECT_THAT(starts, ElementsAre(seconds(320), seconds(620)));
  delays.clear();
  stop = std::stop_source();
  starts.clear();
  run({.name = "a", .timetable = Timetable("every 1d"), .last_start = now}, 1);
  EXPECT_THAT(delays, ElementsAre(seconds(60)));
}

TEST_F(SchedulerTest, AfterTheStopNothingBegins) {
  stop.request_stop();
  run({.name = "a", .timetable = Timetable("every 6h")}, 1);
  EXPECT_THAT(starts, IsEmpty());
}

TEST_F(SchedulerTest, TheStopEndsAWait) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_waiting = false;
  SchedulerClock real = SchedulerClock::real();
  const auto wait = real.wait;
  real.wait = [&](seconds duration, const std::stop_token& token) {
    {
      const std::lock_guard lock(mutex);
      is_waiting = true;
    }
    changed.notify_all();
    return wait(duration, token);
  };
  Scheduler scheduler({{.name = "a", .timetable = Timetable("every 1d"), .last_start = real.now()}},
                      [&](const std::string&) { starts.push_back({}); }, Log(log), stop.get_token(), {.clock = real});
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return is_waiting; });
  }
  stop.request_stop();
  scheduler.finish();
  EXPECT_THAT(starts, IsEmpty());
}

TEST(SchedulerBound, SectionsRunBesideEachOtherUpToIt) {
  std::vector<Scheduled> sections;
  for (const char* name : {"a", "b", "c", "d"}) sections.push_back({.name = name, .timetable = Timetable("every 1d")});
  std::stop_source stop;
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t running = 0;
  std::size_t most = 0;
  std::set<std::string> names;
  const auto run = [&](const std::string& name) {
    std::unique_lock lock(mutex);
    most = std::max(most, ++running);
    names.insert(name);
    changed.notify_all();
    changed.wait(lock, [&] { return most == 2; });  // one alone would never end
    --running;
    if (names.size() == 4) stop.request_stop();
  };
  SchedulerClock clock = SchedulerClock::real();
  clock.delay = [](seconds) { return seconds(0); };
  Scheduler scheduler(sections, run, Log(), stop.get_token(), {.max_at_once = 2, .clock = clock});
  scheduler.finish();
  EXPECT_EQ(most, 2U);
  EXPECT_THAT(names, SizeIs(4));
}

}  // namespace connector::schedule::scheduler_test
