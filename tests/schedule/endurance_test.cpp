// The service goes on whatever the cloud does, and ends in time whatever the sources do.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <latch>
#include <vector>

#include "commands/program_test.h"
#include "config/settings.h"
#include "schedule/held_syncs.h"
#include "schedule/loop.h"
#include "schedule/shutdown_deadline.h"
#include "support/raw_server.h"
#include "sync/open_portions.h"

namespace connector::schedule::endurance_test {

using namespace std::chrono_literals;

/// The loop without pauses, beside a simulated Oomnitza.
class ManagedLoop : public testing::Test {
 protected:
  simulator::Simulator oomnitza;
  std::stop_source stop;
  std::vector<Json> ran;
  Syncs syncs{[this](const Json& configuration) {
                ran.push_back(configuration);
                stop.request_stop();
              },
              1};

  /// Whether it ended because it was told to. It is, when a sync has run.
  bool run(bool ignore_maintenance) {
    CloudSettings settings;
    settings.url.value = oomnitza.url();
    settings.api_token.value = "api-token";
    Oomnitza cloud(settings, "", Log(), stop.get_token());
    cloud.log_in();
    const bool was_stopped =
        loop(cloud, syncs, {.ignore_maintenance = ignore_maintenance, .pause = 0s, .maintenance_pause = 0s}, Log(),
             stop.get_token());
    syncs.finish();
    return was_stopped;
  }

  void fail_checks(std::size_t calls, int status, std::string body, std::string retry_after = {}) {
    oomnitza.faults().add({.method = "POST",
                           .path = "/api/v3/bulk/check_managed",
                           .calls = calls,
                           .status = status,
                           .body = std::move(body),
                           .retry_after = std::move(retry_after)});
  }

  void hand_out(const std::string& id) {
    oomnitza.cloud().managed().set_configuration(id, {{"id", id}, {"name", "I"}, {"type", "assets"}});
  }
};

TEST_F(ManagedLoop, GoesOnAfterMaintenanceAndAnswersThatAreNoConfigurations) {
  fail_checks(22, 503, "away", "0");  // 11 tries each
  fail_checks(1, 201, "<html><body>Please sign in</body></html>");
  fail_checks(1, 201, R"({"message": "soon"})");
  fail_checks(1, 201, R"([{"id": 1, "name": "cut)");
  fail_checks(1, 201, "[7, null, [], {}, {\"id\": []}, {\"id\": \"\"}]");
  fail_checks(1, 302, "");
  hand_out("50");
  EXPECT_TRUE(run(true));
  ASSERT_EQ(ran.size(), 1U);
  EXPECT_EQ(ran.front()["id"], "50");
}

TEST_F(ManagedLoop, EndsWithMaintenanceThatIsNotIgnored) {
  fail_checks(11, 503, "away", "0");
  hand_out("50");
  EXPECT_FALSE(run(false));
  EXPECT_TRUE(ran.empty());
}

TEST_F(ManagedLoop, EndsWhenItIsRefused) {
  fail_checks(1, 403, "no");
  hand_out("50");
  EXPECT_FALSE(run(true));
}

TEST_F(ManagedLoop, OutlastsRefusalsOfOneMoment) {
  fail_checks(1, 409, "not now");
  hand_out("50");
  EXPECT_TRUE(run(true));
  EXPECT_EQ(ran.size(), 1U);
}

TEST_F(ManagedLoop, RunsWhatStandsBesideAConfigurationThatIsNestedTooDeeply) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  fail_checks(1, 201, R"([{"id": 1, "name": "deep", "inputs": )" + deep + R"(}, {"id": 2, "name": "good"}])");
  EXPECT_TRUE(run(true));
  ASSERT_EQ(ran.size(), 2U);
  EXPECT_EQ(ran[0]["id"], 1);
  EXPECT_EQ(ran[1], (Json{{"id", 2}, {"name", "good"}}));
}

TEST(WaitingSyncs, OfOneIntegrationAreBounded) {
  test_support::HeldSyncs held;
  for (int i = 0; i < 101; ++i) held.syncs.start("slow", Json::object());
  EXPECT_THROW(held.syncs.start("slow", Json::object()), SourceError);
  held.syncs.start("other", Json::object());
  held.finish();
  EXPECT_EQ(held.runs, 102);
}

TEST(WaitingSyncs, TakeABoundedAmountOfMemory) {
  std::latch go(1);
  Syncs syncs([&](const Json&) { go.wait(); }, 1, 2500);
  syncs.start("0", Json::object());
  const Json large = std::string(1000, 'x');
  syncs.start("1", large);
  syncs.start("2", large);
  EXPECT_THROW(syncs.start("3", large), SourceError);
  syncs.start("4", Json::object());
  EXPECT_EQ(syncs.drop_waiting(), 3U);
  syncs.start("3", large);
  go.count_down();
}

TEST(OpenPortions, AreFinalizedOnceByTheSyncOrForIt) {
  int finalized = 0;
  OpenPortions portions;
  OpenPortions::Entry ended(portions, "a", "integration A (1)", [&] { ++finalized; });
  OpenPortions::Entry stuck(portions, "b", "integration B (2)", [&] { ++finalized; });
  {
    const OpenPortions::Entry failed(portions, "c", "integration C (3)", [&] { ++finalized; });
  }
  EXPECT_TRUE(ended.take());
  EXPECT_EQ(portions.finalize_all(Log()), 1U);
  EXPECT_EQ(finalized, 1);
  EXPECT_FALSE(stuck.take());
}

TEST(ShutdownDeadline, ComesSomeTimeAfterTheStop) {
  std::stop_source stop;
  std::promise<void> done;
  const ShutdownDeadline last_resort(stop.get_token(), 0ms, [&] { done.set_value(); });
  stop.request_stop();
  EXPECT_EQ(done.get_future().wait_for(60s), std::future_status::ready);
}

TEST(ShutdownDeadline, DoesNotComeToAProgramThatEndsByItself) {
  std::stop_source stop;
  bool has_come = false;
  {
    const ShutdownDeadline last_resort(stop.get_token(), 60s, [&] { has_come = true; });
    stop.request_stop();
  }
  {
    const ShutdownDeadline last_resort(std::stop_token(), 0ms, [&] { has_come = true; });
  }
  EXPECT_FALSE(has_come);
}

class ManagedService : public test::ProgramTest {
 protected:
  static Json configuration(int id, const std::string& url) {
    return {{"id", id},
            {"name", "I" + std::to_string(id)},
            {"type", "assets"},
            {"sync_field", "SERIAL"},
            {"inputs", Json::object()},
            {"saas_authorization", {{"headers", {{"X-Key", "made-up-key"}}}}},
            {"list_behavior", {{"url", url}, {"http_method", "GET"}, {"result", "{{ list_response }}"}}}};
  }

  std::size_t finalized() {
    std::size_t count = 0;
    for (const auto& portion : oomnitza.cloud().portions()) count += portion.finalized > 0 ? 1 : 0;
    return count;
  }
};

// Takes the seven seconds that requests under way have after SIGTERM.
TEST_F(ManagedService, EndsWithinTwentySecondsWhileSourcesNeverAnswer) {
  using Then = test::RawAnswer::Then;
  test::RawServer silent({{"", Then::keep}});
  test::RawServer headers_alone({{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", Then::keep}});
  test::RawServer cut_header({{"HTTP/1.1 200 OK\r\nX-A: ", Then::keep}});
  configure("");
  const std::vector<const test::RawServer*> servers = {&silent, &headers_alone, &cut_header};
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const int id = static_cast<int>(i) + 1;
    oomnitza.cloud().managed().set_mapping(std::to_string(id),
                                           {{"SERIAL", {{"type", "attribute"}, {"value", "serial"}}}});
    oomnitza.cloud().managed().set_configuration(std::to_string(id), configuration(id, servers[i]->url()));
  }
  test::Process connector = start({"managed", "--ini", folder.file("config.ini")});
  wait_until([&] {
    return std::all_of(servers.begin(), servers.end(), [](const auto* server) { return !server->requests().empty(); });
  });
  connector.send_signal(SIGTERM);
  EXPECT_EQ(connector.wait(20s), 0) << output();
  EXPECT_EQ(finalized(), servers.size()) << output();
}

}  // namespace connector::schedule::endurance_test
