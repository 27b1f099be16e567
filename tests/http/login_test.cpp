// How a session keeps a source logged in.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "connector/http.h"
#include "support/loopback_server.h"

namespace connector::login_test {

using test::Answer;
using test::LoopbackServer;
using test::Received;

class LoginTest : public testing::Test {
 protected:
  LoginTest() {
    server.handle("POST", "/login", [this](const Received& request) {
      EXPECT_EQ(request.header("session"), "") << "a login carries no login";
      return Answer{.body = std::to_string(++logins_)};
    });
    server.handle("GET", "/data", [this](const Received& request) {
      if (request.header("session") != std::to_string(accepted)) return Answer{.status = refusal};
      return Answer{.body = "[]"};
    });
  }

  void keep_logged_in(std::chrono::seconds lifetime, std::vector<int> expired = {401}) {
    http.keep_logged_in(
        [this, lifetime] {
          return Login{.headers = {{"session", http.post(server.url("/login"), nullptr).body}}, .lifetime = lifetime};
        },
        std::move(expired));
  }

  int logins() const { return logins_; }

  Http http;
  int accepted = 1;  ///< the session that is good
  int refusal = 401;
  LoopbackServer server;

 private:
  int logins_ = 0;
};

TEST_F(LoginTest, LogsInAtOnceAndSendsTheSession) {
  keep_logged_in(std::chrono::seconds(0));
  EXPECT_EQ(logins(), 1);
  EXPECT_EQ(http.get(server.url("/data")).status, 200);
  EXPECT_EQ(logins(), 1);
}

TEST_F(LoginTest, TakesThePasswordToNoOtherHost) {
  LoopbackServer other;
  other.handle("POST", "/login", [](const Received&) { return Answer{.body = "1"}; });
  server.handle("POST", "/moved", [&](const Received&) {
    return Answer{.status = 307, .headers = {{"Location", other.url("/login")}}};
  });
  const auto log_in = [&] {
    http.send({.method = "POST", .url = server.url("/moved"), .body = "password"});
    return Login{};
  };
  EXPECT_THROW(http.keep_logged_in(log_in), HttpError);
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(LoginTest, LogsInAgainWhenTheSessionHasExpired) {
  keep_logged_in(std::chrono::seconds(0));
  accepted = 2;
  EXPECT_EQ(http.get(server.url("/data")).status, 200);
  EXPECT_EQ(logins(), 2);
}

TEST_F(LoginTest, LogsInOnceForARequestAndNoMore) {
  keep_logged_in(std::chrono::seconds(0));
  accepted = 9;
  EXPECT_THROW(http.get(server.url("/data")), HttpError);
  EXPECT_EQ(logins(), 2);
}

TEST_F(LoginTest, KnowsOtherStatusesOfAnExpiredSession) {
  keep_logged_in(std::chrono::seconds(0), {401, 403});
  accepted = 2;
  refusal = 403;
  EXPECT_EQ(http.get(server.url("/data")).status, 200);
}

TEST_F(LoginTest, LogsInAheadOfTheEnd) {
  keep_logged_in(std::chrono::seconds(1));
  accepted = 2;
  std::this_thread::sleep_for(std::chrono::milliseconds(1050));
  EXPECT_EQ(http.get(server.url("/data")).status, 200);
  EXPECT_EQ(server.requests("GET", "/data").size(), 1U) << "nothing was refused";
}

TEST_F(LoginTest, SeveralThreadsShareOneNewLogin) {
  keep_logged_in(std::chrono::seconds(0));
  accepted = 2;
  std::vector<std::jthread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { good += http.get(server.url("/data")).ok() ? 1 : 0; });
  }
  threads.clear();
  EXPECT_EQ(good, 4);
  EXPECT_EQ(logins(), 2);
}

TEST_F(LoginTest, ARefusalThatTheCallerAllowsIsReturnedAfterwards) {
  keep_logged_in(std::chrono::seconds(0));
  accepted = 9;
  EXPECT_EQ(http.send({.url = server.url("/data"), .allow = {401}}).status, 401);
  EXPECT_EQ(logins(), 2);
}

TEST_F(LoginTest, AnotherHostDoesNotGetTheSession) {
  LoopbackServer other;
  other.on("GET", "/elsewhere", {{.body = "[]"}});
  server.on("GET", "/moved", {{.status = 302, .headers = {{"Location", other.url("/elsewhere")}}}});
  keep_logged_in(std::chrono::seconds(0));
  EXPECT_EQ(http.get(server.url("/moved")).status, 200);
  EXPECT_EQ(other.requests().at(0).header("session"), "");
}

}  // namespace connector::login_test
