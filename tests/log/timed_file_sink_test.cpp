#include "log/timed_file_sink.h"

#include <gtest/gtest.h>
#include <spdlog/pattern_formatter.h>

#include <filesystem>

#include "support/temporary_folder.h"

namespace connector::timed_file_sink_test {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

constexpr auto noon = sys_days(year(2026) / 3 / 4) + 12h;  // a Wednesday

TEST(RotationSchedule, KnowsTheWordsOfPython) {
  const auto full_at = [](const char* when, int interval) {
    return RotationSchedule(when, interval, true).full_at(noon);
  };
  EXPECT_EQ(full_at("S", 5), noon + 5s);
  EXPECT_EQ(full_at("m", 1), noon + 1min);
  EXPECT_EQ(full_at("H", 0), noon + 1h);
  EXPECT_EQ(full_at("D", 2), noon + 48h);
  EXPECT_EQ(full_at("midnight", 1), noon + 12h);
  EXPECT_EQ(full_at("W2", 1), noon + 12h) << "Wednesday's end";
  EXPECT_EQ(full_at("w0", 1), noon + 12h + 5 * 24h) << "Monday's end";
  EXPECT_THROW(full_at("W7", 1), std::runtime_error);
  EXPECT_THROW(full_at("fortnight", 1), std::runtime_error);
}

TEST(RotationSchedule, NamesAFileByItsBeginning) {
  EXPECT_EQ(RotationSchedule("midnight", 1, true).suffix(noon + 12h), "2026-03-04");
  EXPECT_EQ(RotationSchedule("H", 2, true).suffix(noon), "2026-03-04_10");
  EXPECT_EQ(RotationSchedule("S", 1, true).suffix(noon), "2026-03-04_11-59-59");
}

TEST(RotationSchedule, KnowsTheLocalMidnight) {
  const RotationSchedule schedule("midnight", 1, false);
  const auto midnight = schedule.full_at(noon);
  EXPECT_GT(midnight, noon);
  EXPECT_LE(midnight, noon + 25h);
  EXPECT_EQ(schedule.full_at(midnight + 1s) - midnight, 24h) << "no clock changes on these days";
}

TEST(TimedFileSink, KeepsTheNewestFiles) {
  const test::TemporaryFolder folder;
  auto now = std::chrono::system_clock::now();
  TimedFileSink sink(folder.file("a.log"), "", RotationSchedule("H", 1, true), 2, [&] { return now; });
  sink.set_formatter(std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::local, "\n"));
  const auto write = [&](const char* line) { sink.log({"connector", spdlog::level::info, line}); };
  for (const char* line : {"1", "2", "3", "4"}) {
    write(line);
    write("again");
    now += 1h;
  }
  EXPECT_EQ(folder.read("a.log"), "4\nagain\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 3) << "a.log and two older ones";
  EXPECT_EQ(folder.read("a.log." + RotationSchedule("H", 1, true).suffix(now - 1h)), "3\nagain\n");
}

}  // namespace connector::timed_file_sink_test
