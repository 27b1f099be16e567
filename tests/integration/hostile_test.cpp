// Configurations and answers that mean harm end with a clear error of their own; what stands beside them runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <list>
#include <map>
#include <vector>

#include "commands/program_test.h"
#include "support/loopback_server.h"
#include "support/raw_server.h"

namespace connector::test::hostile_test {

const std::string json_head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";

class HostileCloud : public ProgramTest {
 protected:
  LoopbackServer source;
  std::list<RawServer> raw_servers;
  std::map<int, std::string> expected;  ///< id -> what its error says
  int last_id = 0;

  HostileCloud() {
    source.on("GET", "/items", {{.body = R"([{"serial": "S1"}, {"serial": "S2"}])"}});
    configure("");
  }

  Json configuration(const std::string& url, const std::string& result = "{{ list_response }}") {
    return {{"name", "hostile"},
            {"type", "assets"},
            {"sync_field", "SERIAL"},
            {"inputs", Json::object()},
            {"saas_authorization", {{"headers", {{"X-Key", "made-up-key"}}}, {"params", {{"key", "made-up-param"}}}}},
            {"list_behavior", {{"url", url}, {"http_method", "GET"}, {"result", result}}}};
  }

  void hand_out(Json configuration, const std::string& error) {
    const int id = ++last_id;
    configuration["id"] = id;
    oomnitza.cloud().managed().set_mapping(std::to_string(id),
                                           {{"SERIAL", {{"type", "attribute"}, {"value", "serial"}}}});
    oomnitza.cloud().managed().set_configuration(std::to_string(id), std::move(configuration));
    expected[id] = error;
  }

  void hand_out_template(const std::string& result, const std::string& error) {
    hand_out(configuration(source.url("/items"), result), error);
  }

  void hand_out_answer(std::string bytes, const std::string& error) {
    raw_servers.emplace_back(std::vector<RawAnswer>{{.bytes = std::move(bytes)}});
    hand_out(configuration(raw_servers.back().url()), error);
  }

  bool is_delivered() {
    const auto portions = oomnitza.cloud().portions();
    return !portions.empty() && portions.front().finalized > 0;
  }

  /// Beside a configuration that means well. Each of the others must fail with its error.
  void run_all() {
    Json good = configuration(source.url("/items"));
    good["id"] = "good";
    oomnitza.cloud().managed().set_mapping("good", {{"SERIAL", {{"type", "attribute"}, {"value", "serial"}}}});
    oomnitza.cloud().managed().set_configuration("good", good);
    Process connector = start({"managed", "--ini", folder.file("config.ini")});
    wait_until([&] { return oomnitza.cloud().managed().ready_portions().size() == expected.size() && is_delivered(); });
    connector.send_signal(SIGTERM);
    EXPECT_EQ(end_of(std::move(connector)), 0) << output();
    EXPECT_EQ(sent(), (std::vector<std::string>{"S1", "S2"}));
    for (const auto& portion : oomnitza.cloud().managed().ready_portions()) {
      const std::string message = portion.body.value("error_message", "");
      EXPECT_NE(message.find(expected[std::stoi(portion.service)]), std::string::npos) << portion.service << message;
      EXPECT_LT(message.size(), 3000U);
    }
  }
};

TEST_F(HostileCloud, HasTemplatesThatReachForMore) {
  hand_out_template("{{ ''.__class__.__mro__ }}", "unsafe");
  hand_out_template("{% import 'os' %}", "cannot be rendered");
  hand_out_template("{{ import('os').system('true') }}", "import() takes one name of this list");
  hand_out_template("{{ import('uuid').os.popen('id') }}", "");  // undefined, so nothing to pull
  hand_out_template("{{ (''|attr('__class__')).__mro__ }}", "unsafe");
  hand_out_template("{{ '{0.__class__.__mro__}'.format('') }}", "unsafe");
#ifndef __SANITIZE_ADDRESS__  // under which a worker's memory is not limited
  hand_out_template("{{ 'a' * 10 ** 10 }}", "it takes too much memory");
  hand_out_template("{{ [1] * 10 ** 9 }}", "it takes too much memory");
#endif
  hand_out_template("{{ 10 ** (10 ** 8) }}", "a number would be too large");
  hand_out_template("{% for i in range(10 ** 12) %}{% endfor %}", "Range too big");
  hand_out_template("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion");
  hand_out_template("{% set n = namespace(x=[]) %}{% for i in range(9999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}",
                    "nested too deeply");
  hand_out_template("{{ " + std::string(9999, '(') + "1" + std::string(9999, ')') + " }}", "cannot be rendered");
  run_all();
}

TEST_F(HostileCloud, HasConfigurationsThatAreNonsense) {
  Json many_headers = configuration(source.url("/items"));
  for (int i = 0; i < 5000; ++i) {
    many_headers["list_behavior"]["headers"].push_back({{"key", "X-" + std::to_string(i)}, {"value", "1"}});
  }
  hand_out(many_headers, "list_behavior.headers: has more than 1000 entries");
  Json many_inputs = configuration(source.url("/items"));
  for (int i = 0; i < 5000; ++i) append_member(many_inputs["inputs"], "i" + std::to_string(i), {{"value", 1}});
  hand_out(many_inputs, "inputs: has more than 1000 inputs");
  Json many_secrets = configuration(source.url("/items"));
  many_secrets["local_inputs"]["list"] = std::vector<std::string>(5000, "a secret text");
  hand_out(many_secrets, "local_inputs: has more than 1000 values");
  for (const Json& nonsense : {Json(7), Json(1e308), Json("x"), Json(true), Json::array({1}), Json(Json::array())}) {
    Json wrong = configuration(source.url("/items"));
    wrong["list_behavior"] = nonsense;
    hand_out(wrong, "list_behavior");
    wrong = configuration(source.url("/items"));
    wrong["type"] = nonsense.is_string() ? Json() : nonsense;
    hand_out(wrong, "type: is required");
  }
  hand_out(configuration("file:///etc/passwd"), "not an http or https URL");
  run_all();
}

TEST_F(HostileCloud, HasSourcesWhoseAnswersMeanHarm) {
  const auto redirect = [](const std::string& target) {
    return "HTTP/1.1 302 Found\r\nLocation: " + target + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  };
  hand_out_answer(redirect("file:///etc/passwd"), "redirected to an address that is not an http or https URL");
  hand_out_answer(redirect("ftp://127.0.0.1/x"), "redirected to an address that is not an http or https URL");
  hand_out_answer(redirect("/again"), "redirected more than 30 times");
  std::string headers;
  for (int i = 0; i < 5000; ++i) headers += "X-" + std::to_string(i) + ": 1\r\n";
  hand_out_answer(json_head + headers + "\r\n[]", "the response has more than 2000 headers");
  hand_out_answer(json_head + "X-Long: " + std::string(1 << 20, 'x') + "\r\n\r\n[]", "larger than 100 KiB");
  hand_out_answer(json_head + "\r\n" + std::string(65 << 20, ' '), "the response is larger than 67108864 bytes");
  hand_out_answer(json_head + "\r\n" + std::string(100'000, '[') + std::string(100'000, ']'),
                  "nested deeper than 500 levels");
  std::string elements;
  for (int i = 0; i < 100'000; ++i) elements += "<a>";
  hand_out_answer(json_head + "\r\n" + elements, "is a string");
  hand_out_answer(json_head + "\r\n" + R"(<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>)",
                  "is a string");
  hand_out_answer(json_head + "\r\n" + R"(<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>)",
                  "is a string");
  run_all();
}

TEST_F(HostileCloud, CallsNoHostThatThisMachineKeepsFromIt) {
  source.on("GET", "/metadata", {{.status = 302, .headers = {{"Location", "http://169.254.169.254/latest"}}}});
  hand_out(configuration("http://169.254.169.254/latest/meta-data"), "where clouds hand out credentials");
  hand_out(configuration("http://[fd00:ec2::254]/latest"), "where clouds hand out credentials");
  hand_out(configuration(source.url("/metadata")), "where clouds hand out credentials");
  hand_out(configuration(source.url("/items")), "127.0.0.1 is not called: it is not in allow_hosts");
  hand_out(configuration("http://localhost/"), "localhost is not called: it is not in allow_hosts");
  Json own = configuration(source.url("/items"));
  own["allow_hosts"] = "127.0.0.1";
  hand_out(own, "127.0.0.1 is not called: it is not in allow_hosts");
  configure(
      "[managed.4]\nallow_hosts = *.example.com, 192.0.2.7\n[managed.5]\nallow_hosts = 10.0.0.0/8\n"
      "[managed.6]\nallow_hosts = 10.0.0.0/8\n");
  run_all();
}

TEST_F(HostileCloud, IsToldOfWhereItSendsSecretsOfThisMachine) {
  source.otherwise([](const Received&) { return Answer{.body = R"([{"serial": "S1"}])"}; });  // a proxy
  Json own = configuration("http://far.invalid/items");
  own["id"] = 1;
  oomnitza.cloud().managed().set_mapping("1", {{"SERIAL", {{"type", "attribute"}, {"value", "serial"}}}});
  oomnitza.cloud().managed().set_configuration("1", own);
  configure("[managed.1]\nlocal_inputs = {\"password\": \"made-up-secret\"}\n");
  const std::string by_proxy =
      fmt::format(R"(http_proxy={} NO_PROXY=127.0.0.1 exec "$0" "$@" >stdout 2>stderr)", source.url());
  Process connector = start_by(by_proxy, {"managed", "--ini", folder.file("config.ini")});
  wait_until([&] { return is_delivered() && output().find("sync ended") != std::string::npos; });
  connector.send_signal(SIGTERM);
  EXPECT_EQ(end_of(std::move(connector)), 0) << output();
  EXPECT_THAT(output(), testing::HasSubstr("Oomnitza chose where the secrets of section [managed.1] go: far.invalid. "
                                           "List the hosts that may have them: allow_hosts = far.invalid"));
}

TEST_F(HostileCloud, DoesNotHearWhatALoginOfThisMachineHolds) {
  source.handle("POST", "/login", [](const Received& request) { return Answer{.status = 400, .body = request.body}; });
  source.handle("GET", "/query", [](const Received& request) { return Answer{.status = 400, .body = request.target}; });
  const auto session = [&](Json behavior) {
    behavior["result"] = {{"headers", Json::array({{{"key", "X"}, {"value", "{{ response.token }}"}}})}};
    return "saas_authorization = " + Json{{"type", "session"}, {"behavior", behavior}}.dump() + "\n";
  };
  const std::vector<std::string> bodies = {
      R"({"user": "svc", "password": "made-up-secret"})", "user=svc&password=made-up-secret",
      "<login><password>made-up-secret</password></login>", R"({{ {"password": "made-up-secret"}|tojson }})"};
  std::string sections;
  for (const std::string& body : bodies) {
    Json own = configuration(source.url("/items"));
    own.erase("saas_authorization");
    hand_out(own, "status 400");
    sections += fmt::format("[managed.{}]\n", last_id) +
                session({{"url", source.url("/login")}, {"http_method", "POST"}, {"body", body}});
  }
  Json own = configuration(source.url("/items"));
  own.erase("saas_authorization");
  hand_out(own, "status 400");
  sections += fmt::format("[managed.{}]\n", last_id) +
              session({{"url", source.url("/query")},
                       {"http_method", "GET"},
                       {"params", Json::array({{{"key", "key"}, {"value", "made-up-secret"}}})}});
  configure(sections);
  run_all();
  EXPECT_THAT(output(), testing::Not(testing::HasSubstr("made-up-secret")));
  for (const auto& portion : oomnitza.cloud().managed().ready_portions()) {
    EXPECT_THAT(portion.body.dump(), testing::Not(testing::HasSubstr("made-up-secret")));
  }
}

TEST_F(HostileCloud, GetsNoCredentialsOfAnotherHost) {
  LoopbackServer stranger;
  stranger.on("GET", "/items", {{.body = R"([{"serial": "S3"}])"}});
  source.on("GET", "/moved", {{.status = 302, .headers = {{"Location", stranger.url("/items")}}}});
  hand_out(configuration(source.url("/moved")), "");
  Process connector = start({"managed", "--ini", folder.file("config.ini")});
  wait_until([&] { return is_delivered(); });
  connector.send_signal(SIGTERM);
  EXPECT_EQ(end_of(std::move(connector)), 0) << output();
  ASSERT_FALSE(source.requests("GET", "/moved").empty());
  EXPECT_EQ(source.requests("GET", "/moved").front().header("X-Key"), "made-up-key");
  ASSERT_FALSE(stranger.requests().empty());
  EXPECT_EQ(stranger.requests().front().header("X-Key"), "");
  EXPECT_EQ(stranger.requests().front().target, "/items");
}

TEST_F(HostileCloud, CannotForgeLinesOfTheLog) {
  Json forging = configuration(source.url("/items"), "{{ nothing }");
  forging["name"] = "x\nconnector: 2026-01-01 00:00:00,000 - INFO - forged\r\x1B[2J" + std::string(1 << 20, 'n');
  hand_out(forging, "");
  Process connector = start({"managed", "--ini", folder.file("config.ini")});
  wait_until([&] { return !oomnitza.cloud().managed().ready_portions().empty(); });
  connector.send_signal(SIGTERM);
  EXPECT_EQ(end_of(std::move(connector)), 0);
  EXPECT_EQ(output().find("\nconnector: 2026-01-01"), std::string::npos);
  EXPECT_EQ(output().find('\x1B'), std::string::npos);
  EXPECT_LT(output().size(), 100'000U);
}

}  // namespace connector::test::hostile_test
