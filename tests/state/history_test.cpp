#include "state/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>

#include "support/lines.h"
#include "support/temporary_folder.h"

namespace connector::history_test {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Outcome = PastRun::Outcome;

class HistoryTest : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "state.db";
  std::shared_ptr<test::Lines> log = std::make_shared<test::Lines>();
  History history{file, 90, Log(log)};
  const PastRun::Time now = PastRun::Time(milliseconds(1'800'000'000'123));

  std::vector<PastRun> runs(const std::string& name = "", std::size_t most = 100) const {
    return past_runs(file, name, most);
  }

  void add(const std::string& name, PastRun::Time started, Outcome outcome = Outcome::succeeded,
           const std::string& started_by = "upload") {
    const std::int64_t id = history.begin(name, started_by, started);
    history.end(id, {.name = name,
                     .started_by = started_by,
                     .started = started,
                     .ended = started + milliseconds(1500),
                     .outcome = outcome});
  }

  std::vector<std::string> names(const std::string& name = "", std::size_t most = 100) const {
    std::vector<std::string> found;
    for (const PastRun& run : runs(name, most)) found.push_back(run.name);
    return found;
  }
};

TEST_F(HistoryTest, ARunIsThereWhileItRunsAndAfterwardsWithItsCounts) {
  const std::int64_t id = history.begin("netbox", "upload", now);
  ASSERT_EQ(runs().size(), 1U);
  EXPECT_EQ(runs()[0].outcome, Outcome::running);
  EXPECT_EQ(runs()[0].started, now);
  EXPECT_FALSE(runs()[0].ended);
  EXPECT_EQ(runs()[0].exit_code(), std::nullopt);

  history.end(id, {.name = "netbox",
                   .started_by = "upload",
                   .started = now,
                   .ended = now + milliseconds(2500),
                   .outcome = Outcome::failed,
                   .counts = {.pulled = 36,
                              .filtered_out = 1,
                              .skipped = 2,
                              .failed = 3,
                              .delivered = 4,
                              .undelivered = 5,
                              .not_sent = 6,
                              .parts_missing = 7},
                   .error = "it is gone",
                   .faults = {"one \"quoted\"", "two"}});
  const PastRun run = runs().at(0);
  EXPECT_EQ(run.name, "netbox");
  EXPECT_EQ(run.started_by, "upload");
  EXPECT_EQ(run.ended, now + milliseconds(2500));
  EXPECT_EQ(run.outcome, Outcome::failed);
  EXPECT_EQ(run.exit_code(), 2);
  EXPECT_EQ(run.error, "it is gone");
  EXPECT_THAT(run.faults, ElementsAre("one \"quoted\"", "two"));
  const PastRun::Counts& counts = run.counts;
  EXPECT_THAT((std::vector{counts.pulled, counts.filtered_out, counts.skipped, counts.failed, counts.delivered,
                           counts.undelivered, counts.not_sent, counts.parts_missing}),
              ElementsAre(36, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(log->lines, "");
}

TEST_F(HistoryTest, ARunWhoseProcessIsGoneWasKilled) {
  const pid_t child = ::fork();
  if (child == 0) {
    History(file, 90, Log()).begin("netbox", "upload", now);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_EQ(runs().size(), 1U);
  EXPECT_EQ(runs()[0].outcome, Outcome::killed);
  EXPECT_EQ(text_of(runs()[0].outcome), "killed");
}

TEST_F(HistoryTest, ShowsTheNewestFirst) {
  add("a", now);
  add("b", now + hours(2));
  add("a", now + hours(1));
  EXPECT_THAT(names(), ElementsAre("b", "a", "a"));
  EXPECT_THAT(names("a"), ElementsAre("a", "a"));
  EXPECT_THAT(names("", 1), ElementsAre("b"));
  EXPECT_THAT(names("c"), IsEmpty());
}

TEST_F(HistoryTest, ForgetsWhatIsOlderThanItsDays) {
  add("old", now - days(91));
  add("kept", now - days(89));
  EXPECT_THAT(names(), ElementsAre("kept", "old"));
  history.begin("new", "upload", now);
  EXPECT_THAT(names(), ElementsAre("new", "kept"));
}

TEST_F(HistoryTest, KnowsWhenASectionRanLast) {
  EXPECT_EQ(history.last_start("a"), std::nullopt);
  add("a", now);
  add("a", now - hours(1));
  add("a", now + hours(5), Outcome::succeeded, "webhook");
  add("b", now + hours(9));
  EXPECT_EQ(history.last_start("a"), now) << "a webhook is about single records";
}

TEST_F(HistoryTest, KnowsTheLastSuccesses) {
  add("a", now);
  add("a", now + hours(1), Outcome::failed);
  add("b", now + hours(2));
  add("c", now, Outcome::interrupted);
  EXPECT_EQ(history.last_success("a"), now + milliseconds(1500));
  EXPECT_EQ(history.last_success("b"), now + hours(2) + milliseconds(1500));
  EXPECT_EQ(history.last_success("c"), std::nullopt);
}

TEST_F(HistoryTest, WhatCannotBeWrittenIsOneWarning) {
  folder.write("state.db", std::string(4096, 'x'));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(history.begin("a", "upload", now), 0);
  history.end(0, {.name = "a", .started_by = "upload", .started = now});
  EXPECT_THAT(log->lines, HasSubstr("the history of runs is not kept: the database " + file.native()));
  EXPECT_EQ(std::count(log->lines.begin(), log->lines.end(), '\n'), 1);
}

TEST_F(HistoryTest, AMissingFileHasNoRuns) {
  EXPECT_THAT(runs(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace connector::history_test
