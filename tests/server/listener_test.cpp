// The listener with real sockets: its limits, and what it does with what is no request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <thread>

#include "server/health.h"
#include "server/listener.h"
#include "support/raw_client.h"

namespace connector::server::listener_test {

using namespace std::chrono_literals;

using test::RawClient;
using test::status_of;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t max_body = 100;

/// Answers with what came.
Route echo() {
  return {
      .path = "*",
      .methods = {"POST"},
      .admit = [](const Head&) { return Admission{.max_body = max_body}; },
      .handle = [](const Head& head, const std::string& body,
                   const Answer& answer) { answer({.body = head.path + ":" + body, .content_type = "text/plain"}); }};
}

/// A response that no socket's buffers hold.
Route much() {
  return {.path = "/much",
          .methods = {"GET"},
          .admit = {},
          .handle = [](const Head&, const std::string&, const Answer& answer) {
            answer({.body = std::string(64 << 20, 'x')});
          }};
}

class ListenerTest : public testing::Test {
 protected:
  explicit ListenerTest(const Limits& limits = {.request = 300ms, .reply = 300ms, .idle = 60s}) : limits_(limits) {}

  RawClient connect() const { return RawClient(listener_.port()); }

  std::string answer_to(const std::string& request) const {
    RawClient client = connect();
    EXPECT_TRUE(client.send(request));
    return client.response();
  }

  const Limits limits_;
  std::stop_source stop_;
  Listener listener_{{.host = "127.0.0.1"}, Routes({health_route(stop_.get_token()), much(), echo()}), Log(), limits_};
};

std::string post(const std::string& body, const std::string& fields = "") {
  return "POST /a HTTP/1.1\r\nHost: here\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields + "\r\n" +
         body;
}

std::string chunked(const std::vector<std::string>& chunks) {
  std::string text = "POST /a HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& chunk : chunks) text += fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
  return text + "0\r\n\r\n";
}

TEST_F(ListenerTest, AnswersRequestsOfOneConnection) {
  RawClient client = connect();
  for (const char* body : {"one", "", "three"}) {
    ASSERT_TRUE(client.send(post(body)));
    EXPECT_THAT(client.response(),
                AllOf(HasSubstr("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\n/a:" + std::string(body))));
  }
  ASSERT_TRUE(client.send(post("a") + post("b")));  // the second does not wait for the first one's answer
  EXPECT_THAT(client.response(), EndsWith("/a:a"));
  EXPECT_THAT(client.response(), EndsWith("/a:b"));
  ASSERT_TRUE(client.send(post("last", "Connection: close\r\n")));
  EXPECT_THAT(client.response(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("/a:last")));
  EXPECT_TRUE(client.is_closed());
}

TEST_F(ListenerTest, TakesChunkedBodiesAndThoseThatAskFirst) {
  EXPECT_THAT(answer_to(chunked({"ab", "c"})), EndsWith("/a:abc"));
  RawClient client = connect();
  ASSERT_TRUE(client.send("POST /a HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(status_of(client.response(false)), 100);
  ASSERT_TRUE(client.send("ok"));
  EXPECT_THAT(client.response(), EndsWith("/a:ok"));
}

TEST_F(ListenerTest, RefusesBodiesThatAreTooLarge) {
  EXPECT_EQ(status_of(answer_to(post(std::string(max_body, 'x')))), 200);
  for (const std::string& request : {post(std::string(max_body + 1, 'x')), chunked({std::string(max_body, 'x'), "y"}),
                                     chunked({std::string(100'000, 'x')}),
                                     std::string("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n"
                                                 "Expect: 100-continue\r\n\r\n")}) {
    RawClient client = connect();
    ASSERT_TRUE(client.send(request));
    EXPECT_THAT(client.response(), AllOf(HasSubstr("HTTP/1.1 413 "), HasSubstr("Connection: close\r\n")));
    EXPECT_TRUE(client.is_closed());
  }
}

TEST_F(ListenerTest, ABodyWithoutEndIsRefusedWhileItComes) {
  RawClient client = connect();
  ASSERT_TRUE(client.send("POST /a HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"));
  for (int i = 0; i < 10 && client.send("10\r\n0123456789abcdef\r\n"); ++i) {
  }
  EXPECT_EQ(status_of(client.response()), 413);
}

TEST_F(ListenerTest, RefusesHeadsThatAreTooLarge) {
  const auto with_header = [](std::size_t size) {
    return "GET /health HTTP/1.1\r\nHost: here\r\nX: " + std::string(size, 'x') + "\r\n\r\n";
  };
  EXPECT_EQ(status_of(answer_to(with_header(31 * 1024))), 200);
  EXPECT_EQ(status_of(answer_to(with_header(33 * 1024))), 431);
  EXPECT_EQ(status_of(answer_to("GET /" + std::string(40'000, 'x') + " HTTP/1.1\r\nHost: here\r\n\r\n")), 431);
  std::string many = "GET /health HTTP/1.1\r\nHost: here\r\n";
  for (int i = 0; i < 4000; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
  EXPECT_EQ(status_of(answer_to(many + "\r\n")), 431);
}

TEST_F(ListenerTest, RefusesWhatIsNoRequest) {
  for (const char* text : {"hello\r\n\r\n", "GET / HTTP/3.7\r\n\r\n", "GET /health HTTP/1.1\r\nHo st: x\r\n\r\n",
                           "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
                           "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    RawClient client = connect();
    ASSERT_TRUE(client.send(text));
    EXPECT_EQ(status_of(client.response()), 400) << text;
    EXPECT_TRUE(client.is_closed());
  }
}

TEST_F(ListenerTest, WantsOneHost) {
  EXPECT_EQ(status_of(answer_to("GET /health HTTP/1.1\r\n\r\n")), 400);
  EXPECT_EQ(status_of(answer_to("GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")), 400);
  EXPECT_THAT(answer_to("GET /health HTTP/1.0\r\n\r\n"), HasSubstr(" 200 OK\r\n"));
}

TEST_F(ListenerTest, WhoSendsTooSlowlyIsCutOff) {
  RawClient silent = connect();
  RawClient dripping = connect();
  RawClient dripping_body = connect();
  ASSERT_TRUE(dripping_body.send("POST /a HTTP/1.1\r\nHost: here\r\nContent-Length: 90\r\n\r\n"));
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(dripping.send("GET /"));
  while (!dripping.is_closed(20ms) || !dripping_body.is_closed(20ms)) {  // a byte resets no clock
    ASSERT_LT(std::chrono::steady_clock::now() - begin, 20s);
    dripping.send("x");
    dripping_body.send("x");
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 250ms);
  EXPECT_FALSE(silent.is_closed(0ms)) << "it has begun no request";
}

TEST_F(ListenerTest, WhoReadsTooSlowlyIsCutOff) {
  RawClient client = connect();
  while (listener_.connections() == 0) std::this_thread::yield();
  ASSERT_TRUE(client.send("GET /much HTTP/1.1\r\nHost: here\r\n\r\n"));
  const auto begin = std::chrono::steady_clock::now();
  while (listener_.connections() > 0) {
    ASSERT_LT(std::chrono::steady_clock::now() - begin, 20s);
    std::this_thread::yield();
  }
  EXPECT_LT(client.response().size(), std::size_t{64} << 20);
}

class IdleConnections : public ListenerTest {
 protected:
  IdleConnections() : ListenerTest({.connections = 256, .request = 60s}) {}
};

TEST_F(IdleConnections, AreAsManyAsAllowedAndTheLongestMakesRoom) {
  std::list<RawClient> clients;
  for (int i = 0; i < 256; ++i) clients.push_back(connect());
  const std::string health = "GET /health HTTP/1.1\r\nHost: here\r\n\r\n";
  for (RawClient& client : clients) {
    ASSERT_TRUE(client.send(health));
    ASSERT_EQ(status_of(client.response()), 200);
  }
  EXPECT_EQ(status_of(answer_to(health)), 200);
  EXPECT_TRUE(clients.front().is_closed());
  EXPECT_FALSE(clients.back().is_closed(0ms));
}

TEST_F(IdleConnections, AConnectionWaitsWhileAllOthersAreBusy) {
  std::list<RawClient> clients;
  for (int i = 0; i < 256; ++i) {
    clients.push_back(connect());
    ASSERT_TRUE(
        clients.back().send("POST /a HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"));
    ASSERT_EQ(status_of(clients.back().response(false)), 100);
  }
  RawClient late = connect();
  ASSERT_TRUE(late.send(post("late")));
  EXPECT_EQ(late.response(true, 50ms), "");
  clients.pop_front();
  EXPECT_THAT(late.response(), EndsWith("/a:late"));
}

TEST_F(ListenerTest, HeadHasNoBody) {
  RawClient client = connect();
  ASSERT_TRUE(client.send("HEAD /health HTTP/1.1\r\nHost: here\r\n\r\nGET /health HTTP/1.1\r\nHost: here\r\n\r\n"));
  EXPECT_THAT(client.response(false), HasSubstr("Content-Length: 15\r\n"));
  EXPECT_THAT(client.response(), EndsWith("\r\n\r\n{\"status\":\"ok\"}"));
}

TEST_F(ListenerTest, SaysThatItIsStopping) {
  RawClient client = connect();
  ASSERT_TRUE(client.send("GET /health HTTP/1.1\r\nHost: here\r\n\r\n"));
  EXPECT_EQ(status_of(client.response()), 200);
  stop_.request_stop();
  listener_.stop_accepting();
  ASSERT_TRUE(client.send("GET /health HTTP/1.1\r\nHost: here\r\n\r\n"));
  EXPECT_THAT(client.response(), AllOf(HasSubstr("HTTP/1.1 503 "), EndsWith("{\"status\":\"stopping\"}")));
  EXPECT_TRUE(client.is_closed());
  EXPECT_THROW(connect(), std::runtime_error);
}

TEST_F(ListenerTest, APortThatIsInUseIsAnError) {
  try {
    const Listener other({.host = "127.0.0.1", .port = listener_.port()}, Routes({}), Log());
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("127.0.0.1:" + std::to_string(listener_.port())), HasSubstr("in use")));
  }
  EXPECT_THROW(Listener({.host = "no.such.host.invalid"}, Routes({}), Log()), ConfigError);
}

TEST(Endpoints, AreHostAndPort) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:80")->port, 80);
  EXPECT_EQ(parse_endpoint("[::1]:9100")->host, "::1");
  EXPECT_EQ(parse_endpoint("localhost:0")->host, "localhost");
  for (const char* wrong : {"", ":", "80", ":80", "host:", "host:65536", "host:-1", "host:8o"}) {
    EXPECT_FALSE(parse_endpoint(wrong)) << wrong;
  }
}

}  // namespace connector::server::listener_test
