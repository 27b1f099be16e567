#include "schedule/loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <vector>

#include "schedule/held_syncs.h"
#include "support/loopback_server.h"

namespace connector::schedule::loop_test {

using namespace std::chrono_literals;
using test::Answer;
using test::LoopbackServer;

TEST(Syncs, OfOneIntegrationRunOneAfterTheOther) {
  std::mutex mutex;
  std::vector<int> order;
  int under_way = 0;
  int most = 0;
  {
    Syncs syncs(
        [&](const Json& configuration) {
          {
            const std::lock_guard lock(mutex);
            most = std::max(most, ++under_way);
          }
          const std::lock_guard lock(mutex);
          order.push_back(configuration.get<int>());
          --under_way;
        },
        8);
    for (int i = 0; i < 20; ++i) syncs.start("same", i);
    syncs.finish();
  }
  EXPECT_EQ(most, 1);
  ASSERT_EQ(order.size(), 20U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Syncs, OfSeveralIntegrationsRunBesideEachOther) {
  std::latch both(2);
  Syncs syncs([&](const Json&) { both.arrive_and_wait(); }, 2);
  syncs.start("one", 1);
  syncs.start("two", 2);
  syncs.finish();  // would not come back if one waited for the other
  SUCCEED();
}

TEST(Syncs, ThatWaitForTheirTurnCanBeDropped) {
  test_support::HeldSyncs held;
  held.syncs.start("one", 1);
  held.syncs.start("one", 2);
  held.syncs.start("two", 3);
  EXPECT_EQ(held.syncs.drop_waiting(), 2U);
  held.finish();
  EXPECT_EQ(held.runs, 1);
}

/// The loop with nothing to wait for. It is told to stop by the sync of the configuration "last".
class LoopTest : public testing::Test {
 protected:
  const std::string path = "/api/v3/bulk/check_managed";
  const Answer busy{.status = 503, .body = "maintenance", .headers = {{"Retry-After", "0"}}};
  LoopbackServer cloud;
  std::stop_source stop;
  std::vector<std::string> started;
  std::vector<std::string> only;

  void answer_checks(std::vector<Answer> answers) { cloud.on("POST", path, std::move(answers)); }

  /// What the loop returns.
  bool run(bool ignore_maintenance = false) {
    CloudSettings settings;
    settings.url.value = cloud.url();
    const Oomnitza oomnitza(settings, "", Log(), stop.get_token());
    Syncs syncs(
        [this](const Json& configuration) {
          started.push_back(configuration["id"].get<std::string>());
          if (started.back() == "last") stop.request_stop();
        },
        1);
    const LoopOptions options{
        .ignore_maintenance = ignore_maintenance, .only = only, .pause = 0s, .maintenance_pause = 0s};
    const bool was_stopped = loop(oomnitza, syncs, options, Log(), stop.get_token());
    syncs.finish();
    return was_stopped;
  }

  std::size_t checks() const { return cloud.requests("POST", path).size(); }
};

const Answer one{.body = R"([{"id": "one"}])"};
const Answer none{.body = "[]"};
const Answer last{.body = R"([{"id": "last"}])"};

TEST_F(LoopTest, RunsTheNamedIntegrationsAlone) {
  only = {"managed.two", "managed.last"};
  answer_checks({{.body = R"([{"id": "one"}, {"id": "two"}, {"id": "two", "reports_service": true}])"}, last, none});
  EXPECT_TRUE(run());
  EXPECT_EQ(started, (std::vector<std::string>{"two", "last"}));
}

TEST_F(LoopTest, AsksAgainAndAgain) {
  answer_checks({one, none, {.body = R"(["nonsense", {"name": "no id"}, {"id": "two"}])"}, last, none});
  EXPECT_TRUE(run());
  EXPECT_EQ(started, (std::vector<std::string>{"one", "two", "last"}));
}

TEST_F(LoopTest, GoesOnAfterAnAnswerThatIsNoList) {
  answer_checks({{.body = R"({"error": "x"})"}, {.body = "no JSON"}, last, none});
  EXPECT_TRUE(run());
  EXPECT_EQ(started, std::vector<std::string>{"last"});
}

TEST_F(LoopTest, EndsWhenOomnitzaIsAway) {
  answer_checks({one, busy});
  EXPECT_FALSE(run());
  EXPECT_EQ(started, std::vector<std::string>{"one"});
  EXPECT_EQ(checks(), 12U);
}

TEST_F(LoopTest, WaitsForTheEndOfMaintenanceWhenItIsIgnored) {
  std::vector<Answer> answers(24, busy);
  answers.insert(answers.end(), {last, none});
  answer_checks(std::move(answers));
  EXPECT_TRUE(run(true));
  EXPECT_EQ(started, std::vector<std::string>{"last"});
}

TEST_F(LoopTest, EndsWhenItIsRefused) {
  answer_checks({one, {.status = 403, .body = "no"}});
  EXPECT_FALSE(run(true));
  EXPECT_EQ(checks(), 2U);
}

}  // namespace connector::schedule::loop_test
