// How a session keeps within a vendor's limits.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "connector/connector.h"
#include "simulator/http_server.h"

namespace connector::limits_test {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// A server that notes when requests come and how many are under way, and refuses those that are planned.
class Server {
 public:
  explicit Server(milliseconds latency) : latency_(latency) {}

  std::string url() const { return server_.url(); }
  void refuse(std::size_t number, simulator::Answer answer) { refusals_[number] = std::move(answer); }

  std::size_t most_at_once() const { return most_; }
  std::vector<Clock::time_point> times() const {
    const std::lock_guard lock(mutex_);
    return times_;
  }

 private:
  simulator::Answer answer() {
    std::size_t number = 0;
    {
      const std::lock_guard lock(mutex_);
      times_.push_back(Clock::now());
      number = times_.size();
      most_ = std::max(most_, ++under_way_);
    }
    std::this_thread::sleep_for(latency_);
    const std::lock_guard lock(mutex_);
    --under_way_;
    const auto refusal = refusals_.find(number);
    return refusal == refusals_.end() ? simulator::Answer{.body = "[]"} : refusal->second;
  }

  const milliseconds latency_;
  mutable std::mutex mutex_;
  std::map<std::size_t, simulator::Answer> refusals_;  ///< by the request's number, from 1 on
  std::vector<Clock::time_point> times_;
  std::size_t under_way_ = 0;
  std::size_t most_ = 0;
  simulator::HttpServer server_{{.port = 0, .connections = 64}, [this](const auto&) { return answer(); }};
};

void ask(const Http& http, const Server& server, int threads, int times) {
  std::vector<std::jthread> askers;
  for (int i = 0; i < threads; ++i) {
    askers.emplace_back([&] {
      for (int n = 0; n < times; ++n) http.get(server.url() + "/");
    });
  }
}

TEST(RateLimits, KeepRequestsInFlightBelowTheVendorsLimit) {
  Server server(milliseconds(20));
  Http http;
  http.keep_within({.in_flight = 3});
  ask(http, server, 8, 3);
  EXPECT_EQ(server.times().size(), 24U);
  EXPECT_EQ(server.most_at_once(), 3U);
}

TEST(RateLimits, KeepRequestsApart) {
  Server server(milliseconds(0));
  Http http;
  http.keep_within({.per_second = 50});
  const auto begin = std::chrono::steady_clock::now();
  ask(http, server, 4, 3);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(200)) << "12 requests at 50 a second";
}

TEST(RateLimits, WaitsForTheWholeSourceWhenOneRequestIsToldTo) {
  for (const int status : {429, 503}) {
    Server server(milliseconds(10));
    server.refuse(4, {.status = status, .headers = {{"Retry-After", "1"}}});
    Http http;
    http.keep_within({.in_flight = 4});
    ask(http, server, 4, 5);
    auto times = server.times();
    ASSERT_EQ(times.size(), 21U) << "the refused one comes again";
    std::sort(times.begin(), times.end());
    std::size_t before = 0;
    while (before + 1 < times.size() && times[before + 1] - times[before] < milliseconds(700)) ++before;
    EXPECT_LE(before + 1, 10U) << "those under way, no others";
    EXPECT_LT(before + 1, times.size()) << "nobody waited";
  }
}

TEST(RateLimits, HalvesWhatIsInFlightAfterARefusal) {
  Server server(milliseconds(30));
  for (std::size_t number = 1; number <= 8; ++number)
    server.refuse(number, {.status = 429, .headers = {{"Retry-After", "0"}}});
  Http http;
  http.keep_within({.in_flight = 8});
  ask(http, server, 8, 1);
  const auto times = server.times();
  ASSERT_EQ(times.size(), 16U);
  EXPECT_GE(times[9] - times[8], milliseconds(20)) << "after eight refusals one goes alone";
}

TEST(RateLimits, TakeAnAnswerThatIsWantedForNoRefusal) {
  Server server(milliseconds(20));
  for (std::size_t number = 1; number <= 4; ++number) server.refuse(number, {.status = 503});
  Http http;
  http.keep_within({.in_flight = 4});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(http.send({.url = server.url() + "/", .allow = {503}}).status, 503);
  ask(http, server, 4, 2);
  EXPECT_EQ(server.most_at_once(), 4U);
}

TEST(RateLimits, DoNotHoldARequestThatNobodyWants) {
  Server server(milliseconds(0));
  server.refuse(1, {.status = 429, .headers = {{"Retry-After", "30"}}});
  Http http;
  http.keep_within({.in_flight = 2});
  std::stop_source abandon;
  const std::jthread watch([&] {
    std::this_thread::sleep_for(milliseconds(100));
    abandon.request_stop();
  });
  const auto begin = Clock::now();
  EXPECT_THROW(http.send({.url = server.url() + "/", .abandon = abandon.get_token()}), Stopped) << "before a retry";
  EXPECT_THROW(http.send({.url = server.url() + "/", .abandon = abandon.get_token()}), Stopped)
      << "before the first try";
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(10));
}

TEST(RateLimits, TakesTheResetInTheVendorsUnit) {
  Server server(milliseconds(0));
  server.refuse(1, {.status = 429, .headers = {{"X-RateLimit-Reset", "1"}}});
  Http http;
  http.keep_within({.reset = ResetUnit::seconds_left});
  const auto begin = Clock::now();
  http.get(server.url() + "/");
  EXPECT_GE(Clock::now() - begin, milliseconds(950));
  EXPECT_LT(Clock::now() - begin, milliseconds(5000));
}

TEST(RateLimits, AreTheVendorsAndNoMoreThanTheWorkers) {
  Plugin plugin;
  EXPECT_EQ(limits_of(plugin, 16).in_flight, 16U);
  plugin.limits = {.in_flight = 5, .per_second = 2};
  EXPECT_EQ(limits_of(plugin, 16).in_flight, 5U);
  EXPECT_EQ(limits_of(plugin, 2).in_flight, 2U);
  EXPECT_EQ(limits_of(plugin, 2).per_second, 2);
}

}  // namespace connector::limits_test
