#include "log/rate_limited.h"

#include <gtest/gtest.h>

#include <vector>

namespace connector::rate_limited_test {

class Lines final : public Log::Output {
 public:
  std::vector<std::string> lines;

  bool enabled(Level) const override { return true; }
  void write(Level, const std::string& message) override { lines.push_back(message); }
  void hide(std::string_view) override {}
  std::string redact(std::string text) const override { return text; }
};

class Calm : public testing::Test {
 protected:
  std::chrono::steady_clock::time_point now{};
  std::shared_ptr<Lines> output = std::make_shared<Lines>();
  Log log = rate_limited(Log(output), [this] { return now; });

  using Expected = std::vector<std::string>;
};

TEST_F(Calm, WritesTheSameWarningOnceInTenMinutes) {
  for (int minute = 0; minute < 12; ++minute) {
    log.warning("away");
    now += std::chrono::minutes(1);
  }
  EXPECT_EQ(output->lines, (Expected{"away", "9 more lines like those before were not written", "away"}));
}

TEST_F(Calm, WritesEveryNoteThatIsNoWarning) {
  for (int i = 0; i < 3; ++i) log.info("sync started");
  EXPECT_EQ(output->lines.size(), 3U);
}

TEST_F(Calm, WritesTwoHundredWarningsAndSaysAtTheEndHowManyItLeftOut) {
  for (int i = 0; i < 1000; ++i) log.error("record {}", i);
  EXPECT_EQ(output->lines.size(), 200U);
  log = Log();
  ASSERT_EQ(output->lines.size(), 201U);
  EXPECT_EQ(output->lines.back(), "800 more lines like those before were not written");
}

}  // namespace connector::rate_limited_test
