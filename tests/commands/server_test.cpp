// connector server as a program: webhooks of Jamf Pro over real sockets, to records in Oomnitza.
#include <gmock/gmock.h>

#include <csignal>
#include <regex>

#include "commands/program_test.h"
#include "connector/encoding.h"
#include "simulator/answers.h"
#include "support/raw_client.h"

namespace connector::test::server_test {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;

/// A Jamf Pro without tokens, with a computer and a mobile device for each id up to 999; 404 and 500 stand for
/// themselves. Details can be held back.
class Jamf {
 public:
  Jamf() : server_({.connections = 64}, [this](const simulator::Request& request) { return answer(request); }) {}
  ~Jamf() { go_on(); }

  std::string url() const { return server_.url(); }

  void hold() {
    const std::lock_guard lock(mutex_);
    is_held_ = true;
  }
  void go_on() {
    const std::lock_guard lock(mutex_);
    is_held_ = false;
    changed_.notify_all();
  }
  /// How many details were asked for, answered or not.
  int asked() const { return asked_; }
  int logins() const { return logins_; }

 private:
  simulator::Answer answer(const simulator::Request& request) {
    if (request.method == "POST") {
      ++logins_;
      return simulator::problem(404, "no tokens");
    }
    static const std::regex details("/JSSResource/(computer|mobiledevice)s/id/(\\d+)/subset/General");
    std::smatch found;
    if (!std::regex_match(request.path, found, details)) return simulator::problem(400, request.line());
    ++asked_;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !is_held_; });
    }
    const int id = std::stoi(found[2]);
    if (id == 404) return simulator::problem(404, "gone");
    if (id == 500) return simulator::problem(400, "broken");
    return simulator::json_answer({{found[1] == "computer" ? "computer" : "mobile_device",
                                    {{"general", {{"id", id}, {"serial_number", "C" + std::to_string(id)}}}}}});
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_held_ = false;
  std::atomic<int> asked_ = 0;
  std::atomic<int> logins_ = 0;
  simulator::HttpServer server_;
};

std::string event_text(const std::string& name, const Json& event) {
  return to_text({{"webhook", {{"id", 7}, {"name", "any"}, {"webhookEvent", name}}}, {"event", event}});
}

std::string added(int id) {
  return event_text("ComputerAdded", {{"jssID", id}});
}

class ServerTest : public ProgramTest {
 protected:
  std::string casper(const std::string& name = "casper", const std::string& more = "") const {
    return "[" + name + "]\nenable = True\nurl = " + jamf.url() +
           "\nusername = reader\npassword = hunter22\nsync_field = SERIAL\nuse_server_map = False\n"
           "mapping.SERIAL = {\"source\": \"general.serial_number\"}\nmapping.APPLICATIONS = {\"hardcoded\": []}\n" +
           more;
  }

  Process serve(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"server", "--port", "0"};
    words.insert(words.end(), more.begin(), more.end());
    folder.write("stdout", "");  // what an earlier one said
    folder.write("stderr", "");
    Process process = start(words);
    static const std::regex line(R"(listening on http://[^ ]*:(\d+))");
    std::smatch found;
    std::string text;
    wait_until([&] { return std::regex_search(text = output(), found, line) || process.wait({}); });
    port = found.empty() ? 0 : std::stoi(found[1]);
    return process;
  }

  std::string send(const std::string& request) const {
    RawClient client(port);
    EXPECT_TRUE(client.send(request));
    return client.response();
  }
  std::string post(const std::string& path, const std::string& body, const std::string& fields = "") const {
    return send("POST " + path + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body);
  }
  int status(const std::string& path, const std::string& body, const std::string& fields = "") const {
    return status_of(post(path, body, fields));
  }
  Json health() const {
    const std::string response = send("GET /health HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
    return parse_json(response.substr(response.find("\r\n\r\n") + 4));
  }
  void wait_until_sent(std::size_t records) {
    wait_until([&] { return sent().size() >= records; });
  }
  int stop(Process&& process) const {
    process.send_signal(SIGTERM);
    return end_of(std::move(process));
  }

  Jamf jamf;
  int port = 0;
};

TEST_F(ServerTest, AnEventBringsItsComputer) {
  configure(casper());
  Process process = serve();
  EXPECT_THAT(post("/it/does/not/matter/casper", added(7)),
              AllOf(StartsWith("HTTP/1.1 204 "), EndsWith("\r\n\r\n"), Not(HasSubstr("Content-Length"))));
  wait_until_sent(1);
  EXPECT_EQ(status("/casper/?x=/other", event_text("ComputerCheckIn", {{"computer", {{"jssID", "8"}}}})), 204);
  wait_until_sent(2);
  EXPECT_EQ(stop(std::move(process)), 0) << output();
  EXPECT_THAT(sent(), ElementsAre("C7", "C8"));
  const std::vector<simulator::Portion> portions = oomnitza.cloud().portions();
  ASSERT_THAT(portions, SizeIs(2)) << "each has its own";
  for (const simulator::Portion& portion : portions) {
    EXPECT_EQ(portion.connector, "Casper");
    EXPECT_EQ(portion.data_type, "assets");
    EXPECT_EQ(portion.finalized, 1U);
  }
  EXPECT_EQ(jamf.logins(), 1) << "the login is kept";
}

TEST_F(ServerTest, SectionsAreNamedByThePath) {
  configure(casper() + casper("casper.MDM", "sync_type = mobiledevices\n") + casper("casper.1", "enable = False\n") +
            csv_section());
  write_assets(1);
  Process process = serve();
  EXPECT_EQ(status("/casper.MDM", event_text("MobileDeviceCheckIn", {{"jssID", 5}})), 204);
  EXPECT_EQ(status("/c%61sper", added(6)), 204);
  wait_until_sent(2);
  EXPECT_THAT(sent(), UnorderedElementsAre("C5", "C6"));
  EXPECT_EQ(status("/Casper", added(7)), 404) << "letter case counts";
  EXPECT_EQ(status("/casper/other", added(7)), 404);
  EXPECT_EQ(status("/", added(7)), 404);
  EXPECT_EQ(status("/csv_assets", added(7)), 404) << "it has no webhooks";
  EXPECT_EQ(status("/casper.1", added(7)), 404) << "not enabled";
  EXPECT_EQ(stop(std::move(process)), 0) << output();
  EXPECT_THAT(output(), HasSubstr("a webhook for \"Casper\" was refused"));
  EXPECT_EQ(jamf.asked(), 2);
}

TEST_F(ServerTest, WhatIsNoEventIsRefused) {
  configure(casper("casper", "webhook_max_body = 1000\n"));
  Process process = serve();
  for (const char* body :
       {"", "{", "[]", "7", "<xml/>", "{}", R"({"webhook": {}, "event": {}})",
        R"({"webhook": {"webhookEvent": 7}, "event": {}})", R"({"webhook": {"webhookEvent": ""}, "event": {}})",
        R"({"webhook": {"webhookEvent": "ComputerAdded"}})",
        R"({"webhook": {"webhookEvent": "ComputerAdded"}, "event": [{"jssID": 7}]})"}) {
    EXPECT_EQ(status("/casper", body), 400) << body;
  }
  EXPECT_EQ(status("/casper", std::string(500, '[')), 400);
  EXPECT_EQ(status("/casper", std::string(1001, ' ')), 413);
  const std::string refused = send("GET /casper HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(refused, AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: POST\r\n")));
  for (const Json& event : {Json::object(), Json{{"jssID", 0}}, Json{{"jssID", nullptr}}, Json{{"jssID", "x"}}}) {
    EXPECT_EQ(status("/casper", event_text("ComputerAdded", event)), 204) << "not wanted: " << event;
  }
  EXPECT_EQ(status("/casper", event_text("JSSStartup", {{"jssID", 7}})), 204);
  EXPECT_EQ(stop(std::move(process)), 0) << output();
  EXPECT_EQ(jamf.asked(), 0);
  EXPECT_THAT(output(), AllOf(HasSubstr("the body of a webhook was refused"), Not(HasSubstr("xml"))));
}

TEST_F(ServerTest, ASecretIsAskedFor) {
  configure(casper("casper", "webhook_secret = open-sesame\n"));
  Process process = serve({"--host", "0.0.0.0", "--verbose"});
  EXPECT_THAT(post("/casper", added(7)), AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("WWW-Authenticate: ")));
  EXPECT_EQ(status("/casper", added(7), "X-Webhook-Secret: open\r\n"), 401);
  EXPECT_EQ(status("/unknown", added(7)), 404);
  EXPECT_THAT(output(),
              HasSubstr("section [casper]: a webhook was refused: its secret is missing, or not webhook_secret"));
  EXPECT_EQ(jamf.asked(), 0);
  EXPECT_EQ(status("/casper", added(1), "X-Webhook-Secret: open-sesame\r\n"), 204);
  EXPECT_EQ(status("/casper", added(2), "Authorization: Bearer open-sesame\r\n"), 204);
  EXPECT_EQ(status("/casper", added(3), "Authorization: Basic " + base64("jamf:open-sesame") + "\r\n"), 204);
  wait_until_sent(3);
  wait_until([&] { return health()["sections"]["casper"]["done"] == 3; });
  EXPECT_EQ(health(), parse_json(R"({"status":"ok","sections":{"casper":{"waiting":0,"done":3,"failed":0}}})"));
  EXPECT_EQ(stop(std::move(process)), 0) << output();
  EXPECT_THAT(output(), Not(HasSubstr("sesame")));
  EXPECT_THAT(output(), Not(HasSubstr("anybody can send webhooks")));
}

TEST_F(ServerTest, AnOpenDoorIsToldOnce) {
  configure(casper());
  EXPECT_EQ(stop(serve({"--host", "0.0.0.0"})), 0);
  EXPECT_THAT(output(), HasSubstr("anybody can send webhooks to [casper]: set webhook_secret"));
  EXPECT_EQ(stop(serve()), 0);
  EXPECT_THAT(output(), Not(HasSubstr("anybody")));
}

TEST_F(ServerTest, AnEventOfTheOtherKindIsToldOnce) {
  configure(casper());
  Process process = serve();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(status("/casper", event_text("MobileDeviceCheckIn", {{"jssID", i + 1}})), 204);
  EXPECT_EQ(stop(std::move(process)), 0) << output();
  EXPECT_EQ(jamf.asked(), 0);
  const std::string text = output();
  const std::string line = "sync_type is computers";
  EXPECT_THAT(text, HasSubstr(line));
  EXPECT_EQ(text.find(line), text.rfind(line)) << text;
}

TEST_F(ServerTest, EventsAreMergedAndTheQueueHasAnEnd) {
  configure(casper("casper", "webhook_queue = 2\n"));
  jamf.hold();
  Process process = serve();
  EXPECT_EQ(status("/casper", added(1)), 204);
  wait_until([&] { return jamf.asked() == 1; });
  for (const int id : {2, 3, 2, 3}) EXPECT_EQ(status("/casper", added(id)), 204) << id;
  EXPECT_THAT(post("/casper", added(4)), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 10\r\n")));
  EXPECT_EQ(status("/casper", event_text("JSSStartup", Json::object())), 204) << "it takes no room";
  EXPECT_EQ(health()["sections"]["casper"]["waiting"], 2);
  jamf.go_on();
  wait_until_sent(3);
  EXPECT_EQ(status("/casper", added(5)), 204);
  EXPECT_EQ(stop(std::move(process)), 0) << output();
  EXPECT_THAT(sent(), UnorderedElementsAre("C1", "C2", "C3", "C5"));
  EXPECT_EQ(jamf.asked(), 4);
  EXPECT_THAT(output(), HasSubstr("as many as webhook_queue allows"));
}

TEST_F(ServerTest, AnEventThatComesWhileItsDeviceIsReadIsWorkedOffLater) {
  configure(casper());
  jamf.hold();
  Process process = serve();
  EXPECT_EQ(status("/casper", added(1)), 204);
  wait_until([&] { return jamf.asked() == 1; });
  EXPECT_EQ(status("/casper", added(1)), 204);
  jamf.go_on();
  wait_until([&] { return jamf.asked() == 2; });
  EXPECT_EQ(stop(std::move(process)), 0) << output();
}

TEST_F(ServerTest, DevicesThatAreGoneAreNoneAndOthersFailAlone) {
  configure(casper());
  jamf.hold();
  Process process = serve();
  for (const int id : {1, 404, 500, 2}) EXPECT_EQ(status("/casper", added(id)), 204) << id;
  jamf.go_on();
  wait_until_sent(2);
  wait_until([&] { return health()["sections"]["casper"]["done"] == 3; });
  EXPECT_EQ(health()["sections"]["casper"]["failed"], 1);
  EXPECT_EQ(stop(std::move(process)), 2) << "a record was not delivered";
  EXPECT_THAT(sent(), UnorderedElementsAre("C1", "C2"));
  EXPECT_THAT(output(), HasSubstr("computer 500"));
}

TEST_F(ServerTest, OnlyDevicesThatAreGoneMakeNoPortion) {
  configure(casper());
  Process process = serve();
  EXPECT_EQ(status("/casper", added(404)), 204);
  wait_until([&] { return health()["sections"]["casper"]["done"] == 1; });
  EXPECT_EQ(stop(std::move(process)), 0) << output();
  EXPECT_THAT(oomnitza.cloud().portions(), IsEmpty());
}

TEST_F(ServerTest, WhatWaitsIsWorkedOffAfterASignal) {
  configure(casper());
  jamf.hold();
  Process process = serve();
  RawClient open(port);
  for (int id = 1; id <= 150; ++id) EXPECT_EQ(status("/casper", added(id)), 204);
  ASSERT_TRUE(open.send("GET /health HTTP/1.1\r\nHost: here\r\n\r\n"));
  EXPECT_EQ(status_of(open.response()), 200);
  process.send_signal(SIGTERM);
  wait_until([&] { return output().find("stopping: ") != std::string::npos; });
  ASSERT_TRUE(open.send("POST /casper HTTP/1.1\r\nHost: here\r\nContent-Length: " + std::to_string(added(7).size()) +
                        "\r\n\r\n" + added(7)));
  EXPECT_THAT(open.response(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 10\r\n")));
  EXPECT_THROW(RawClient{port}, std::runtime_error) << "no new connections";
  jamf.go_on();
  EXPECT_EQ(end_of(std::move(process)), 0) << output();
  EXPECT_THAT(sent(), SizeIs(150));
  for (const simulator::Portion& portion : oomnitza.cloud().portions()) EXPECT_EQ(portion.finalized, 1U);
}

TEST_F(ServerTest, ASecondSignalEndsAtOnce) {
  configure(casper());
  jamf.hold();
  Process process = serve();
  EXPECT_EQ(status("/casper", added(1)), 204);
  process.send_signal(SIGTERM);
  wait_until([&] { return output().find("stopping: ") != std::string::npos; });
  process.send_signal(SIGINT);
  EXPECT_EQ(end_of(std::move(process)), 2);
}

TEST_F(ServerTest, WhatWasAcceptedOutlivesAKill) {
  configure(casper());
  jamf.hold();
  Process process = serve();
  for (int id = 1; id <= 20; ++id) EXPECT_EQ(status("/casper", added(id)), 204);
  process.send_signal(SIGKILL);
  EXPECT_EQ(end_of(std::move(process)), 128 + SIGKILL);
  jamf.go_on();
  Process again = serve();
  wait_until_sent(20);
  EXPECT_EQ(stop(std::move(again)), 0) << output();
  EXPECT_THAT(sent(), SizeIs(20));
  EXPECT_EQ(stop(serve()), 0);
  EXPECT_LE(jamf.asked(), 20 + 2) << "what was worked off is forgotten, and two were under way at the kill";
}

TEST_F(ServerTest, RunsSectionsThatHaveASchedule) {
  configure(csv_section("schedule = every 1m\n"));
  write_assets(3);
  Process process = serve();
  wait_until_sent(3);
  EXPECT_EQ(health(), parse_json(R"({"status":"ok","sections":{}})"));
  EXPECT_EQ(stop(std::move(process)), 0) << output();
  EXPECT_EQ(oomnitza.cloud().portions().front().finalized, 1U);
  EXPECT_EQ(run({"runs", "csv_assets", "--format", "json"}), 0);
  EXPECT_THAT(output(), HasSubstr("\"schedule\""));
}

TEST_F(ServerTest, MetricsShowWhatArrived) {
  configure(casper("casper", "webhook_secret = open-sesame\n"));
  Process process = serve();
  EXPECT_EQ(status("/casper", added(7), "X-Webhook-Secret: open-sesame\r\n"), 204);
  wait_until([&] { return health()["sections"]["casper"]["done"] == 1; });
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n";
  EXPECT_THAT(send(request + "\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Content-Type: text/plain; version=0.0.4"),
                    HasSubstr("connector_records_total{section=\"casper\",outcome=\"delivered\"} 1\n"),
                    HasSubstr("connector_queue_length{section=\"casper\"} 0\n"), Not(HasSubstr("sesame"))));
  EXPECT_THAT(send(request + "Accept: application/openmetrics-text;version=1.0.0,*/*\r\n\r\n"),
              AllOf(HasSubstr("Content-Type: application/openmetrics-text; version=1.0.0"), EndsWith("# EOF\n")));
  EXPECT_EQ(stop(std::move(process)), 0) << output();
}

TEST_F(ServerTest, TestModePrintsAndWritesNothing) {
  configure(casper());
  Process process = serve({"--testmode"});
  EXPECT_EQ(status("/casper", added(7)), 204);
  wait_until([&] { return output().find("\"C7\"") != std::string::npos; });
  EXPECT_EQ(stop(std::move(process)), 0) << output();
  EXPECT_EQ(oomnitza.cloud().traffic().payloads, 0U);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "state.db"));
}

TEST_F(ServerTest, WhatCannotBeServedEndsWithOne) {
  configure(csv_section());
  write_assets(1);
  EXPECT_EQ(run({"server", "--port", "0"}), 1);
  EXPECT_THAT(output(), HasSubstr("nothing to do: no enabled section"));
  configure(casper());
  EXPECT_EQ(run({"server", "casper"}), 1);
  EXPECT_EQ(run({"server", "--port", "65536"}), 1);
  EXPECT_EQ(run({"server", "--host", "no.such.host.invalid"}), 1);
  EXPECT_THAT(output(), HasSubstr("cannot listen on no.such.host.invalid"));
  EXPECT_EQ(run({"server", "--port", std::to_string(oomnitza.port())}), 1);
  EXPECT_THAT(output(), HasSubstr("cannot listen on http://127.0.0.1:" + std::to_string(oomnitza.port())));
  Process process = serve();
  EXPECT_EQ(run({"server", "--port", "0"}), 3) << "another one is at work in this state folder";
  EXPECT_EQ(stop(std::move(process)), 0);
}

TEST_F(ServerTest, ManagedModeShowsItsHealthWhereItIsToldTo) {
  configure("");
  EXPECT_EQ(run({"managed", "--listen", "9100"}), 1);
  EXPECT_THAT(output(), HasSubstr("--listen"));
  Process process = start({"managed", "--listen", "127.0.0.1:0"});
  static const std::regex line(R"(listening on http://127.0.0.1:(\d+))");
  std::smatch found;
  std::string text;
  wait_until([&] { return std::regex_search(text = output(), found, line) || process.wait({}); });
  ASSERT_FALSE(found.empty()) << output();
  port = std::stoi(found[1]);
  EXPECT_EQ(health(), parse_json(R"({"status":"ok"})"));
  EXPECT_EQ(status_of(send("GET /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")), 200);
  EXPECT_EQ(status("/casper", added(7)), 404);
  EXPECT_EQ(stop(std::move(process)), 0) << output();
}

}  // namespace connector::test::server_test
