#include "connector/http.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <thread>

#include "platform/files.h"
#include "support/lines.h"
#include "support/loopback_server.h"
#include "support/raw_server.h"

namespace connector::http_test {

using test::Answer;
using test::Certificate;
using test::Lines;
using test::LoopbackServer;
using test::RawAnswer;
using test::RawServer;
using test::Received;
using Then = RawAnswer::Then;

class HttpTest : public testing::Test {
 protected:
  HttpTest() {
    for (const char* name : {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "HTTP_PROXY", "http_proxy",
                             "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"}) {
      unsetenv(name);
    }
  }

  /// A session that does not wait, but notes how long it would have.
  Http session(TlsSettings tls = {}, AfterStop after_stop = AfterStop::refuse) {
    return Http(std::move(tls), Log(log), stop.get_token(), after_stop,
                {.wait =
                     [this](std::chrono::seconds duration, const std::stop_token&) {
                       waits.push_back(duration.count());
                       if (waits.size() == stop_at_wait) stop.request_stop();
                     },
                 .grace = std::chrono::milliseconds(0),
                 .last_request = std::chrono::milliseconds(0)});
  }

  template <class Call>
  HttpError error_of(Call call) {
    try {
      call();
    } catch (const HttpError& error) {
      return error;
    }
    ADD_FAILURE() << "no HttpError was thrown";
    return {"", -1, false};
  }

  std::shared_ptr<Lines> log = std::make_shared<Lines>();
  std::stop_source stop;
  std::vector<long> waits;
  std::size_t stop_at_wait = 0;
  LoopbackServer server;
  Http http = session();
};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_F(HttpTest, SendsWhatItIsGiven) {
  server.on("POST", "/a b/ü", {{.body = R"({"answer": 1})"}});
  server.otherwise([](const Received&) { return Answer{.body = R"({"answer": 1})"}; });
  http.headers.set("X-Session", "1");
  http.headers.set("X-Both", "session");
  Request request{.method = "POST",
                  .url = server.url("/" + percent_encoded("a b") + "?x=1"),
                  .query = {{"q", "ü&"}},
                  .headers = {{"x-both", "request"}},
                  .body = std::string("by\0tes", 6)};
  const Response response = http.send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.json(), (Json{{"answer", 1}}));
  EXPECT_EQ(response.url, server.url("/a%20b"));
  const Received received = server.requests().at(0);
  EXPECT_EQ(received.method, "POST");
  EXPECT_EQ(received.target, "/a%20b?x=1&q=%C3%BC%26");
  EXPECT_EQ(received.body, std::string("by\0tes", 6));
  EXPECT_EQ(received.header("X-Session"), "1");
  EXPECT_EQ(received.header("X-Both"), "request");
  EXPECT_FALSE(received.headers.contains("Content-Type"));
  EXPECT_FALSE(received.headers.contains("Expect"));
  EXPECT_EQ(received.header("User-Agent"), "oomnitza-connector/1.0.0");
}

TEST_F(HttpTest, KnowsEveryMethod) {
  server.otherwise([](const Received&) { return Answer{}; });
  for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "GET"}) {
    http.send({.method = method, .url = server.url("/m"), .body = method == "PUT" ? "body" : ""});
    EXPECT_EQ(server.requests().back().method, method);
    EXPECT_EQ(server.requests().back().body, method == "PUT" ? "body" : "");
  }
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpTest, PostsJsonAndForms) {
  server.otherwise([](const Received&) { return Answer{}; });
  http.post(server.url("/"), {{"ü", 1}});
  http.post_form(server.url("/"), {{"login", "a b"}, {"password", "p&ü"}});
  http.headers.set("Content-Type", "application/json; charset=utf-8");
  http.post(server.url("/"), Json::object());
  const auto requests = server.requests();
  EXPECT_EQ(requests.at(0).header("Content-Type"), "application/json");
  EXPECT_EQ(parse_json(requests.at(0).body), (Json{{"ü", 1}}));
  EXPECT_EQ(requests.at(1).header("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(requests.at(1).body, "login=a%20b&password=p%26%C3%BC");
  EXPECT_EQ(requests.at(2).header("Content-Type"), "application/json; charset=utf-8");
}

TEST_F(HttpTest, AuthenticatesByUserAndPasswordAlsoFromTheUrl) {
  server.otherwise([](const Received&) { return Answer{.status = 404}; });
  const std::string host = "127.0.0.1:" + std::to_string(server.port());
  const HttpError error = error_of([&] { http.get("http://us%65r:hunter22@" + host + "/p?secret=1"); });
  EXPECT_EQ(error.what(), "GET http://" + host + "/p: status 404");
  http.basic_authentication("ü", "p:w");
  error_of([&] { http.get(server.url("/")); });
  EXPECT_EQ(server.requests().at(0).header("Authorization"), "Basic " + base64("user:hunter22"));
  EXPECT_EQ(server.requests().at(1).header("Authorization"), "Basic " + base64("ü:p:w"));
  EXPECT_FALSE(has(log->lines, "secret"));
}

TEST_F(HttpTest, RefusesWhatIsNoRequest) {
  EXPECT_TRUE(has(error_of([&] { http.get("ftp://h/"); }).what(), "not an http or https URL"));
  EXPECT_TRUE(has(error_of([&] { http.get("no address"); }).what(), "not an http or https URL"));
  error_of([&] { http.get(server.url("/"), {}, {{"X", "a\r\nY: b"}}); });
  error_of([&] { http.send({.method = "GET / HTTP/1.1\r\n", .url = server.url("/")}); });
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpTest, RepeatsPassingStatusesWithTheSameBytes) {
  const std::string later = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
  RawServer raw({{later, Then::keep}, {later, Then::keep}, {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"}});
  EXPECT_EQ(http.post(raw.url(), {{"a", 1}}, {{"X-Empty", ""}}).body, "{}");
  const auto requests = raw.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests.at(0), requests.at(1));
  EXPECT_EQ(requests.at(0), requests.at(2));
  EXPECT_TRUE(has(requests.at(0), "\r\nX-Empty:\r\n"));
  EXPECT_EQ(waits, (std::vector<long>{0, 1}));
}

TEST_F(HttpTest, GivesUpAfterElevenTries) {
  for (const int status : {408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}) {
    waits.clear();
    const std::string path = "/" + std::to_string(status);
    server.on("GET", path, {{.status = status, .body = "later"}});
    const HttpError error = error_of([&] { http.get(server.url(path)); });
    EXPECT_EQ(error.status(), status);
    EXPECT_TRUE(error.retries_exhausted());
    EXPECT_EQ(server.requests("GET", path).size(), 11U);
    EXPECT_EQ(waits, (std::vector<long>{0, 1, 2, 4, 8, 16, 32, 64, 120, 120}));
  }
}

TEST_F(HttpTest, DoesNotRepeatOtherStatusesAndMethods) {
  for (const int status : {400, 401, 403, 404, 409, 413, 501, 505, 519, 525}) {
    server.on("GET", "/s", {{.status = status}});
    const HttpError error = error_of([&] { http.get(server.url("/s")); });
    EXPECT_EQ(error.status(), status);
    EXPECT_FALSE(error.retries_exhausted());
  }
  for (const std::string method : {"PUT", "PATCH", "DELETE"}) {
    server.on(method, "/m", {{.status = 503}});
    EXPECT_EQ(error_of([&] { http.send({.method = method, .url = server.url("/m")}); }).status(), 503);
    EXPECT_EQ(server.requests(method, "/m").size(), 1U);
  }
  EXPECT_EQ(error_of([&] {
              server.on("GET", "/once", {{.status = 503}});
              http.send({.url = server.url("/once"), .retry = false});
            }).status(),
            503);
  EXPECT_TRUE(waits.empty());
}

TEST_F(HttpTest, FollowsRetryAfter) {
  server.on("GET", "/",
            {{.status = 413, .headers = {{"Retry-After", "5"}}},
             {.status = 403, .headers = {{"Retry-After", "7"}}},
             {.status = 429, .headers = {{"Retry-After", "86400"}}},
             {.status = 503, .headers = {{"Retry-After", "soon"}}},
             {.status = 503, .headers = {{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}},
             {.body = "{}"}});
  EXPECT_TRUE(http.get(server.url("/")).ok());
  EXPECT_EQ(waits, (std::vector<long>{5, 7, 900, 4, 0}));
}

TEST_F(HttpTest, ReturnsAtOnceWhatTheCallerWantsToSee) {
  server.on("GET", "/", {{.status = 503, .body = "no tools"}});
  EXPECT_EQ(http.send({.url = server.url("/"), .allow = {404, 503}}).body, "no tools");
  EXPECT_EQ(
      http.send({.url = server.url("/"), .accept = [](const Response& r) { return r.body == "no tools"; }}).status,
      503);
  EXPECT_TRUE(waits.empty());
}

TEST_F(HttpTest, RepeatsLostAndCutAnswers) {
  const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  for (const RawAnswer& broken :
       {RawAnswer{"", Then::close}, RawAnswer{"", Then::reset}, RawAnswer{"HTTP/1.1 200 OK\r\nContent-Le", Then::close},
        RawAnswer{"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n", Then::close},
        RawAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Then::close},
        RawAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Then::reset},
        RawAnswer{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"}}) {
    RawServer raw({broken, {good}});
    EXPECT_EQ(http.post(raw.url(), 1).body, "ok") << broken.bytes;
    EXPECT_EQ(raw.requests().size(), 2U) << broken.bytes;
  }
}

TEST_F(HttpTest, CountsTheTriesOnAConnectionThatWasKept) {
  RawServer raw({{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", Then::keep}, {""}});
  http.get(raw.url());
  const HttpError error = error_of([&] { http.post(raw.url(), 1); });
  EXPECT_EQ(error.status(), 0);
  EXPECT_TRUE(error.retries_exhausted());
  EXPECT_EQ(raw.requests().size(), 1U + 11U);
}

TEST_F(HttpTest, RepeatsRefusedConnections) {
  const int port = [] { return RawServer({{""}}).port(); }();
  const HttpError error = error_of([&] { http.get("http://127.0.0.1:" + std::to_string(port) + "/p?q=1"); });
  EXPECT_EQ(error.status(), 0);
  EXPECT_TRUE(error.retries_exhausted());
  EXPECT_EQ(waits.size(), 10U);
  EXPECT_TRUE(has(error.what(), "GET http://127.0.0.1:" + std::to_string(port) + "/p: Failed to connect"));
}

TEST_F(HttpTest, TimesOutASilentServer) {
  RawServer raw({{"", Then::keep}});
  const Request request{.url = raw.url(), .retry = false, .idle_timeout = std::chrono::seconds(0)};
  EXPECT_TRUE(has(error_of([&] { http.send(request); }).what(), "no byte for 0 s"));
}

TEST_F(HttpTest, EndsAnAnswerThatTakesTooLongAndAsksNoMore) {
  RawServer raw({{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx", Then::keep}});
  const Request request{.url = raw.url(), .time_limit = std::chrono::seconds(1)};
  EXPECT_TRUE(has(error_of([&] { http.send(request); }).what(), "not complete after 1 s"));
  EXPECT_EQ(raw.requests().size(), 1U);
}

TEST_F(HttpTest, ShowsTheBeginningOfTheAnswerWithoutSecrets) {
  std::string body = "line\n\tpassword=hunter22 ";
  while (body.size() < 5000) body += "ü";
  server.on("GET", "/p", {{.status = 400, .body = body}});
  const std::string text = error_of([&] { http.get(server.url("/p"), {{"token", "t"}}); }).what();
  const std::string begin = "GET " + server.url("/p") + ": status 400: line  password=*** ";
  EXPECT_EQ(text.substr(0, begin.size()), begin);
  EXPECT_EQ(text.size(), begin.size() + 2 * (500 - std::string("line  password=*** ").size()));
}

TEST_F(HttpTest, SaysWhichAnswerIsNoJson) {
  server.on("GET", "/p", {{.body = "<a>"}});
  const HttpError error = error_of([&] { http.get(server.url("/p?q=1")).json(); });
  EXPECT_TRUE(has(error.what(), "GET " + server.url("/p") + ": the response is not valid JSON"));
  EXPECT_EQ(error.status(), 200);
  server.on("GET", "/html", {{.body = "\n<!DOCTYPE html><html>Sign in</html>"}});
  EXPECT_TRUE(has(error_of([&] { http.get(server.url("/html")).json(); }).what(), "the response is HTML"));
}

TEST_F(HttpTest, ReadsJsonOfAnyCharsetAndWarnsOnceOfWhatItMends) {
  server.on("GET", "/latin", {{.body = "[\"\xFC\"]", .content_type = "application/json; charset=ISO-8859-1"}});
  server.on("GET", "/wide", {{.body = std::string("\xFF\xFE[\0001\0]\0", 8)}});
  server.on("GET", "/bytes", {{.body = "{\"rows\": [\"M\xFCller\", \"ü\"]}"}});
  server.on("GET", "/numbers", {{.body = "[NaN, 1e400, -Infinity, \"NaN\"]"}});
  EXPECT_EQ(http.get(server.url("/latin")).json(), parse_json(R"(["ü"])"));
  EXPECT_EQ(http.get(server.url("/wide")).json(), parse_json("[1]"));
  EXPECT_EQ(log->lines.find("response holds"), std::string::npos);
  std::vector<Json> rows;
  for (int i = 0; i < 2; ++i) {
    http.get(server.url("/bytes")).json_items("rows", [&](Json row) { rows.push_back(std::move(row)); });
    EXPECT_EQ(http.get(server.url("/numbers")).json(), parse_json(R"([null, null, null, "NaN"])"));
  }
  EXPECT_EQ(rows, (std::vector<Json>{"M\uFFFDller", "ü", "M\uFFFDller", "ü"}));
  std::size_t warnings = 0;
  for (std::size_t at = 0; (at = log->lines.find("the response holds", at)) != std::string::npos; ++at) ++warnings;
  EXPECT_EQ(warnings, 2U) << log->lines;
}

TEST_F(HttpTest, RedirectsKeepThePostButFor303) {
  for (const int status : {301, 302, 303, 307, 308}) {
    const std::string path = "/" + std::to_string(status);
    server.on("POST", path, {{.status = status, .headers = {{"Location", "/to" + path + "?x=1"}}}});
    server.on("POST", "/to" + path, {{.body = "post"}});
    server.on("GET", "/to" + path, {{.body = "get"}});
    http.headers.set("Authorization", "secret");
    const Response response = http.send({.method = "POST", .url = server.url(path), .body = "body"});
    const Received last = server.requests().back();
    EXPECT_EQ(response.body, status == 303 ? "get" : "post") << status;
    EXPECT_EQ(last.body, status == 303 ? "" : "body") << status;
    EXPECT_EQ(last.target, "/to" + path + "?x=1");
    EXPECT_EQ(last.header("Authorization"), "secret");
  }
}

TEST_F(HttpTest, FollowsThirtyRedirectsAtMost) {
  server.otherwise([](const Received& request) {
    const int left = std::stoi(request.path().substr(1));
    if (left == 0) return Answer{.body = "there"};
    return Answer{.status = 302, .headers = {{"Location", std::to_string(left - 1)}}};
  });
  EXPECT_EQ(http.get(server.url("/30")).body, "there");
  EXPECT_TRUE(has(error_of([&] { http.get(server.url("/31")); }).what(), "more than 30"));
}

TEST_F(HttpTest, LeavesCredentialsBehindWhenTheHostChanges) {
  LoopbackServer other;
  other.on("POST", "/to", {{.status = 302, .headers = {{"Location", "/end"}, {"Set-Cookie", "theirs=1"}}}});
  other.on("POST", "/end", {{}});
  other.on("GET", "/later", {{}});
  server.on("GET", "/login", {{.headers = {{"Set-Cookie", "ours=1"}}}});
  server.on("POST", "/from", {{.status = 307, .headers = {{"Location", other.url("/to")}}}});
  http.headers = {
      {"Authorization", "a"}, {"Authorization2", "b"}, {"X-CSRF-Token", "c"}, {"X-Key", "d"}, {"X-Open", "e"}};
  http.get(server.url("/login"));
  const Request request{.method = "POST",
                        .url = server.url("/from"),
                        .headers = {{"Cookie", "own=1"}},
                        .body = "body",
                        .secret_headers = {"x-key"}};
  http.send(request);
  EXPECT_TRUE(has(server.requests().back().header("Cookie"), "ours=1"));
  EXPECT_TRUE(has(server.requests().back().header("Cookie"), "own=1"));
  for (const Received& received : other.requests()) {
    for (const char* name : {"Authorization", "Authorization2", "X-CSRF-Token", "X-Key"}) {
      EXPECT_FALSE(received.headers.contains(name)) << name;
    }
    EXPECT_EQ(received.header("Cookie"), received.path() == "/end" ? "theirs=1" : "");
    EXPECT_EQ(received.header("X-Open"), "e");
    EXPECT_EQ(received.body, "body");
  }
  EXPECT_EQ(other.requests().size(), 2U);
  http.get(other.url("/later"));
  EXPECT_TRUE(has(other.requests().back().header("Cookie"), "theirs=1"));
}

TEST_F(HttpTest, RefusesRedirectsThatMustNotBeFollowed) {
  LoopbackServer other;
  server.on("POST", "/other", {{.status = 308, .headers = {{"Location", other.url("/")}}}});
  server.on("GET", "/file", {{.status = 302, .headers = {{"Location", "file:///etc/passwd"}}}});
  server.on("GET", "/nowhere", {{.status = 302}});
  const HttpError error =
      error_of([&] { http.send({.method = "POST", .url = server.url("/other"), .stay_on_host = true}); });
  EXPECT_EQ(error.status(), 308);
  EXPECT_TRUE(other.requests().empty());
  EXPECT_EQ(error_of([&] { http.get(server.url("/file")); }).status(), 302);
  EXPECT_EQ(error_of([&] { http.get(server.url("/nowhere")); }).status(), 302);
  EXPECT_EQ(http.send({.url = server.url("/file"), .follow_redirects = false}).status, 302);
}

TEST_F(HttpTest, KeepsCookiesWithinTheSession) {
  server.on("GET", "/login", {{.headers = {{"Set-Cookie", "a=1; Path=/; HttpOnly"}}}});
  server.on("GET", "/", {{}});
  const Http copy = http;
  http.get(server.url("/login"));
  std::thread([&] { copy.get(server.url("/")); }).join();
  EXPECT_EQ(server.requests().back().header("Cookie"), "a=1");
  session().get(server.url("/"));
  EXPECT_EQ(server.requests().back().header("Cookie"), "");
}

TEST_F(HttpTest, ReadsCompressedAnswers) {
  const std::string body(10000, 'x');
  server.on("GET", "/", {{.body = body}});
  const Response response = http.get(server.url("/"));
  EXPECT_EQ(response.headers.find("Content-Encoding"), "gzip");
  EXPECT_EQ(response.body, body);
}

TEST_F(HttpTest, RepeatsACompressedBodyThatBreaksOff) {
  // gzip of 10,000 times x
  const std::string whole = base64_decoded("H4sIAAAAAAACA+3BAQ0AAADCoNqPbw43oAAAAAAAAAAAAODfAKOkVQ0QJwAA").value();
  const auto raw_answer = [](const std::string& body) {
    return RawAnswer{
        fmt::format("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.size()) + body};
  };
  RawServer raw({raw_answer(whole.substr(0, whole.size() - 9)), raw_answer(whole)});
  EXPECT_EQ(http.get(raw.url()).body, std::string(10000, 'x'));
  EXPECT_EQ(raw.requests().size(), 2U);
  RawServer corrupt({raw_answer("{}")});
  EXPECT_TRUE(has(error_of([&] { http.get(corrupt.url()); }).what(), "not compressed as its Content-Encoding says"));
  EXPECT_EQ(corrupt.requests().size(), 1U);
  RawServer unknown({{"HTTP/1.1 200 OK\r\nContent-Encoding: UTF-8\r\nContent-Length: 2\r\n\r\n{}"}});
  EXPECT_EQ(http.get(unknown.url()).body, "{}");
}

TEST_F(HttpTest, BoundsTheBody) {
  server.on("GET", "/", {{.body = std::string(10000, 'x')}});
  EXPECT_EQ(http.send({.url = server.url("/"), .max_body = 10000}).body.size(), 10000U);
  const HttpError error = error_of([&] { http.send({.url = server.url("/"), .max_body = 9999}); });
  EXPECT_TRUE(has(error.what(), "larger than 9999 bytes"));
  EXPECT_TRUE(waits.empty());
}

TEST_F(HttpTest, HandsTheBodyToASinkAndRepeatsOnlyBeforeThat) {
  std::string received;
  const auto sink = [&](std::string_view piece) { received += piece; };
  server.on("GET", "/", {{.status = 503, .body = "later"}, {.body = "content"}});
  EXPECT_EQ(http.send({.url = server.url("/"), .sink = sink}).body, "");
  EXPECT_EQ(received, "content");
  RawServer raw({{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}});
  error_of([&] { http.send({.url = raw.url(), .sink = sink}); });
  EXPECT_EQ(raw.requests().size(), 1U);
  EXPECT_THROW(http.send({.url = server.url("/"), .sink = [](std::string_view) { throw Stopped{}; }}), Stopped);
}

TEST_F(HttpTest, RepeatsACutBodyOnceTheSinkHasForgottenIt) {
  std::string received;
  RawServer raw({{"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nhalf"},
                 {"HTTP/1.1 503 Later\r\nContent-Length: 5\r\n\r\nlater"},
                 {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncontent"}});
  int restarts = 0;
  const auto sink = [&](std::string_view piece) { received += piece; };
  const auto restart = [&] {
    received.clear();
    ++restarts;
  };
  EXPECT_EQ(http.send({.url = raw.url(), .sink = sink, .restart = restart}).status, 200);
  EXPECT_EQ(received, "content");
  EXPECT_EQ(restarts, 1) << "the second answer gave the sink nothing to forget";
  EXPECT_EQ(raw.requests().size(), 3U);
}

TEST_F(HttpTest, SinksTakeBodiesOfAnySize) {
  std::size_t received = 0;
  const auto sink = [&](std::string_view piece) { received += piece.size(); };
  server.on("GET", "/", {{.body = std::string(100, 'x')}});
  http.send({.url = server.url("/"), .max_body = 99, .sink = sink});
  EXPECT_EQ(received, 100U);
  server.on("GET", "/", {{.status = 404, .body = std::string(100, 'x')}});
  EXPECT_TRUE(has(error_of([&] { http.send({.url = server.url("/"), .max_body = 99, .sink = sink}); }).what(),
                  "larger than 99 bytes"));
  EXPECT_EQ(received, 100U);
}

TEST_F(HttpTest, StopEndsWaits) {
  server.on("GET", "/", {{.status = 503}});
  stop_at_wait = 3;
  const HttpError error = error_of([&] { http.get(server.url("/")); });
  EXPECT_EQ(error.status(), 503);
  EXPECT_FALSE(error.retries_exhausted());
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_THROW(http.get(server.url("/")), Stopped);
}

TEST_F(HttpTest, StopEndsRequestsUnderWay) {
  RawServer raw({{"", Then::keep}});
  const Http last = session({}, AfterStop::finish);
  stop.request_stop();
  EXPECT_TRUE(has(error_of([&] { last.get(raw.url()); }).what(), "shutting down"));
  EXPECT_TRUE(waits.empty());
}

TEST_F(HttpTest, FinishesAfterAStopWithOneTry) {
  Http last({}, {}, stop.get_token(), AfterStop::finish);
  stop.request_stop();
  server.on("POST", "/", {{.status = 503}, {}});
  EXPECT_FALSE(error_of([&] { last.post(server.url("/"), 1); }).retries_exhausted());
  EXPECT_TRUE(last.post(server.url("/"), 1).ok());
}

TEST_F(HttpTest, ServesManyThreads) {
  server.otherwise([](const Received& request) { return Answer{.body = request.body}; });
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const int number = t * 100 + i;
        EXPECT_EQ(http.post(server.url("/"), number).json(), number);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(server.requests().size(), 100U);
  EXPECT_LE(server.connections(), 4U);
}

TEST_F(HttpTest, UsesProxiesFromTheEnvironment) {
  server.otherwise([](const Received&) { return Answer{.body = "by proxy"}; });
  const auto body_with = [&](const char* name, const char* no_proxy) {
    setenv(name, server.url().c_str(), 1);
    setenv("NO_PROXY", no_proxy, 1);
    const std::string body = session().send({.url = "http://far.invalid/x", .retry = false}).body;
    unsetenv(name);
    return body;
  };
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) {
    EXPECT_EQ(body_with(name, "near.invalid"), "by proxy") << name;
    error_of([&] { body_with(name, "far.invalid"); });
    unsetenv(name);
  }
  setenv("http_proxy", "", 1);  // an empty one is none
  EXPECT_EQ(body_with("HTTP_PROXY", "near.invalid"), "by proxy");
  unsetenv("http_proxy");
}

TEST_F(HttpTest, KnowsPortsAndStarsInProxyExceptions) {
  server.otherwise([](const Received&) { return Answer{.body = "by proxy"}; });
  setenv("http_proxy", server.url().c_str(), 1);
  const auto asks_proxy = [&](const char* no_proxy) {
    setenv("NO_PROXY", no_proxy, 1);
    try {
      return session().send({.url = "http://near.example.invalid:8080/x", .retry = false}).body == "by proxy";
    } catch (const HttpError&) {
      return false;  // it does not exist
    }
  };
  EXPECT_TRUE(asks_proxy("near.example.invalid:80, other.invalid"));
  EXPECT_FALSE(asks_proxy("other.invalid, near.example.invalid:8080"));
  EXPECT_FALSE(asks_proxy("*.example.invalid"));
  EXPECT_FALSE(asks_proxy("*.example.invalid:8080"));
  EXPECT_TRUE(asks_proxy("*.ample.invalid"));
}

TEST_F(HttpTest, AsksForHostsBeyondAsciiInTheFormOfDns) {
  const RawServer proxy({{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}});
  setenv("http_proxy", proxy.url().c_str(), 1);
  EXPECT_EQ(session().get("http://bücher.invalid/größe").body, "ok");
  EXPECT_TRUE(has(proxy.requests().at(0), "Host: xn--bcher-kva.invalid\r\n")) << proxy.requests().at(0);
}

TEST_F(HttpTest, NamesTheProxyThatWantsCredentials) {
  const RawServer proxy({{"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"}});
  setenv("http_proxy", proxy.url().c_str(), 1);
  setenv("https_proxy", proxy.url().c_str(), 1);
  for (const char* url : {"http://far.invalid/x", "https://far.invalid/x"}) {
    const HttpError error = error_of([&] { session().get(url); });
    EXPECT_TRUE(has(error.what(), "the proxy asks for credentials")) << error.what();
  }
  EXPECT_EQ(proxy.requests().size(), 2U) << "another try ends the same way";
}

TEST_F(HttpTest, RepeatsWhatAProxyMayStillGrant) {
  for (const auto& [status, repeated] : std::map<int, bool>{{403, false}, {501, false}, {429, true}, {503, true}}) {
    const RawServer proxy({{"HTTP/1.1 " + std::to_string(status) + " No\r\nContent-Length: 0\r\n\r\n"}});
    setenv("HTTPS_PROXY", proxy.url().c_str(), 1);
    error_of([&] { session().get("https://far.invalid/x"); });
    EXPECT_EQ(proxy.requests().size(), repeated ? 11U : 1U) << status;
  }
}

class HttpsTest : public HttpTest {
 protected:
  HttpsTest() { tls.on("GET", "/", {{.body = "ok"}}); }
  Certificate certificate;
  LoopbackServer tls{certificate};
};

TEST_F(HttpsTest, RefusesUnknownCertificatesAtOnce) {
  const HttpError error = error_of([&] { http.get(tls.url("/")); });
  EXPECT_TRUE(has(error.what(), "the CA of the server's certificate is unknown: CN = localhost: set cacert_file"))
      << error.what();
  EXPECT_FALSE(error.retries_exhausted());
  EXPECT_TRUE(waits.empty());
}

TEST_F(HttpsTest, ChecksAgainstTheGivenAuthorities) {
  EXPECT_EQ(session({.verify = false}).get(tls.url("/")).body, "ok");
  EXPECT_EQ(session({.cacert_file = certificate.certificate_file}).get(tls.url("/")).body, "ok");
  error_of([&] { session({.cacert_file = Certificate().certificate_file}).get(tls.url("/")); });
  const HttpError missing = error_of([&] { session({.cacert_file = "/nowhere.pem"}).get(tls.url("/")); });
  EXPECT_TRUE(has(missing.what(), "check cacert_file")) << missing.what();
  for (const char* name : {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    setenv(name, certificate.certificate_file.c_str(), 1);
    EXPECT_EQ(session().get(tls.url("/")).body, "ok") << name;
    error_of([&] { session({.cacert_file = Certificate().certificate_file}).get(tls.url("/")); });
    unsetenv(name);
  }
}

TEST_F(HttpsTest, ChecksTheHostsName) {
  const TlsSettings settings{.cacert_file = certificate.certificate_file};
  EXPECT_EQ(session(settings).get("https://localhost:" + std::to_string(tls.port()) + "/").body, "ok");
  const HttpError error =
      error_of([&] { session(settings).get("https://other.localhost:" + std::to_string(tls.port()) + "/"); });
  EXPECT_TRUE(has(error.what(), "https://other.localhost:"));
  EXPECT_TRUE(has(error.what(), "is for other hosts: DNS:localhost, IP Address:127.0.0.1")) << error.what();
}

TEST_F(HttpsTest, SaysWhenACertificateExpired) {
  const Certificate old(-60);
  LoopbackServer expired(old);
  expired.on("GET", "/", {{.body = "ok"}});
  const HttpError error = error_of([&] { session({.cacert_file = old.certificate_file}).get(expired.url("/")); });
  EXPECT_TRUE(has(error.what(), "the server's certificate has expired on ")) << error.what();
  EXPECT_TRUE(has(error.what(), "GMT: have it renewed")) << error.what();
  EXPECT_TRUE(expired.requests().empty()) << "no request goes to a server that was not trusted";
}

TEST_F(HttpsTest, OpensAnEncryptedKeyWithItsPasswordAndAsksNobody) {
  const Certificate client;
  LoopbackServer strict(certificate, &client);
  strict.on("GET", "/", {{.body = "welcome"}});
  const std::string file = client.folder.file("encrypted.pem");
  const std::string command = "openssl pkey -aes256 -passout pass:word -in " + client.key_file + " -out " + file +
                              " && cat " + client.certificate_file + " >>" + file;
  ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe)
  TlsSettings settings{.cacert_file = certificate.certificate_file, .user_pem_file = file, .user_pem_password = "word"};
  EXPECT_EQ(session(settings).get(strict.url("/")).body, "welcome");
  for (const char* wrong : {"", "other"}) {
    settings.user_pem_password = wrong;
    settings.user_pem_file = std::filesystem::relative(file);
    const HttpError error = error_of([&] { session(settings).get(strict.url("/")); });
    EXPECT_TRUE(has(error.what(), "check user_pem_file")) << error.what();
    EXPECT_TRUE(has(error.what(), std::filesystem::current_path().string())) << error.what();
  }
}

TEST_F(HttpsTest, PresentsTheClientCertificate) {
  const Certificate client;
  LoopbackServer strict(certificate, &client);
  strict.on("GET", "/", {{.body = "welcome"}});
  TlsSettings settings{.cacert_file = certificate.certificate_file, .user_pem_file = client.both_file};
  EXPECT_EQ(session(settings).get(strict.url("/")).body, "welcome");
  for (const std::string& file : {std::string(), certificate.both_file}) {
    settings.user_pem_file = file;
    EXPECT_EQ(error_of([&] { session(settings).get(strict.url("/")); }).status(), 0);
  }
}

TEST_F(HttpsTest, PresentsTheClientCertificateOfARequest) {
  const Certificate client;
  LoopbackServer strict(certificate, &client);
  strict.on("GET", "/", {{.body = "welcome"}});
  const TlsSettings settings{.cacert_file = certificate.certificate_file};
  const Http presenting = session(settings);
  const ClientCertificate pem{.certificate = read_file(client.certificate_file), .key = read_file(client.key_file)};
  EXPECT_EQ(presenting.send({.url = strict.url("/"), .certificate = pem}).body, "welcome");
  EXPECT_EQ(error_of([&] { presenting.get(strict.url("/")); }).status(), 0);  // neither kept nor another's connection

  const std::string file = (client.folder.path() / "client.pfx").string();
  const std::string command = "openssl pkcs12 -export -in " + client.certificate_file + " -inkey " + client.key_file +
                              " -passout pass:word -out " + file;
  ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe)
  const ClientCertificate container{.pkcs12 = read_file(file), .password = "word"};
  EXPECT_EQ(presenting.send({.url = strict.url("/"), .certificate = container}).body, "welcome");
  const ClientCertificate wrong{.pkcs12 = read_file(file), .password = "other"};
  EXPECT_EQ(error_of([&] { session(settings).send({.url = strict.url("/"), .certificate = wrong}); }).status(), 0);
}

TEST_F(HttpsTest, SpeaksTheGivenVersions) {
  for (const char* protocol : {"", "ssl", "SSLv23", "tls1.2", "TLS1.3"}) {
    EXPECT_EQ(session({.cacert_file = certificate.certificate_file, .protocol = protocol}).get(tls.url("/")).body, "ok")
        << protocol;
  }
}

TEST_F(HttpsTest, DoesNotRepeatWhatTheServerRefuses) {
  const Http old = session({.cacert_file = certificate.certificate_file, .protocol = "tls"});
  error_of([&] { old.get(tls.url("/")); });  // the server wants TLS 1.2 at least
  EXPECT_TRUE(waits.empty()) << log->lines;
}

TEST_F(HttpsTest, TurnsAPlainAddressIntoHttpsWithThePost) {
  tls.on("POST", "/bulk", {{}});
  server.on("POST", "/bulk", {{.status = 301, .headers = {{"Location", tls.url("/bulk")}}}});
  session({.cacert_file = certificate.certificate_file}).post(server.url("/bulk"), {{"records", 1}});
  EXPECT_EQ(tls.requests("POST", "/bulk").at(0).body, R"({"records":1})");
}

}  // namespace connector::http_test
