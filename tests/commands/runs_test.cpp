// What is remembered of runs, and how `connector runs` shows it.
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <regex>

#include "commands/program_test.h"

namespace connector::test::runs_test {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

class RunsTest : public ProgramTest {
 protected:
  /// As JSON, the newest first.
  std::vector<Json> runs(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"runs", "--format=json"});
    EXPECT_EQ(run(more), 0) << output();
    std::vector<Json> found;
    std::istringstream lines(folder.read("stdout"));
    for (std::string line; std::getline(lines, line);) found.push_back(parse_json(line));
    return found;
  }
};

TEST_F(RunsTest, AnUploadIsRemembered) {
  configure(csv_section());
  write_assets(3);
  EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output();
  const std::vector<Json> found = runs();
  ASSERT_THAT(found, SizeIs(1));
  const Json& last = found.front();
  EXPECT_EQ(last["section"], "csv_assets");
  EXPECT_EQ(last["started_by"], "upload");
  EXPECT_EQ(last["outcome"], "succeeded");
  EXPECT_EQ(last["exit_code"], 0);
  EXPECT_EQ(last["pulled"], 3);
  EXPECT_EQ(last["delivered"], 3);
  EXPECT_EQ(last["failed"], 0);
  EXPECT_EQ(last["error"], "");
  EXPECT_THAT(last["faults"], IsEmpty());
  for (const char* time : {"started", "ended"}) {
    EXPECT_THAT(last[time].get<std::string>(), MatchesRegex("20..-..-..T..:..:..[.]...Z"));
  }
  EXPECT_LE(last["started"].get<std::string>(), last["ended"].get<std::string>());
}

TEST_F(RunsTest, TheTableNeedsNoConfigurationAndIsInLocalTime) {
  configure(csv_section());
  write_assets(3);
  EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output();
  fs::remove(folder.file("config.ini"));
  const std::string begun = runs().front()["started"];  // 2026-11-30T16:00:00.123Z
  EXPECT_EQ(run_by(R"(TZ=XYZ+1 exec "$0" "$@" >stdout 2>stderr)", {"runs"}), 0) << output();
  const int hour = (std::stoi(begun.substr(11, 2)) + 23) % 24;
  EXPECT_THAT(
      folder.read("stdout"),
      MatchesRegex(fmt::format("section     started              by      outcome    time  read  delivered  failed  "
                               "undelivered\n"
                               "csv_assets  20..-..-.. {:02}{}  upload  succeeded  0:0.     3          3       0  "
                               "          0\n",
                               hour, begun.substr(13, 6))));
}

TEST_F(RunsTest, WhatWentWrongIsThere) {
  oomnitza.faults().add({.method = "POST", .path = "/api/v3/bulk", .status = 400, .body = "no such field"});
  configure(csv_section() +
            "\n[netbox]\nenable = True\nurl = http://127.0.0.1:1\nauth_token = hunter22\n"
            "sync_field = S\nuse_server_map = False\nmapping.S = serial\n");
  write_assets(1);
  EXPECT_EQ(run({"upload", "csv_assets", "netbox", "--no-retry"}), 2) << output();
  const Json csv = runs({"csv_assets"}).at(0);
  EXPECT_EQ(csv["outcome"], "failed");
  EXPECT_EQ(csv["exit_code"], 2);
  EXPECT_EQ(csv["undelivered"], 1);
  const Json netbox = runs({"netbox"}).at(0);
  EXPECT_THAT(netbox["error"].get<std::string>(), HasSubstr("127.0.0.1:1"));
  EXPECT_EQ(run({"runs", "netbox"}), 0);
  EXPECT_THAT(folder.read("stdout"),
              AllOf(HasSubstr("netbox"), HasSubstr("\n    "), HasSubstr("127.0.0.1:1"), Not(HasSubstr("csv_assets"))));
}

TEST_F(RunsTest, ARunThatCouldNotBeginIsThere) {
  oomnitza.faults().add({.method = "GET", .path = "/api/v2/mappings", .status = 200});  // the login
  oomnitza.faults().add({.method = "GET", .path = "/api/v2/mappings", .status = 400});
  configure("[csv_assets]\nenable = True\nfilename = assets.csv\nsync_field = SERIAL\nmapping.SERIAL = Serial\n");
  write_assets(1);
  EXPECT_EQ(run({"upload", "csv_assets"}), 2) << output();
  EXPECT_THAT(runs().at(0)["error"].get<std::string>(), HasSubstr("status 400"));
}

TEST_F(RunsTest, AKilledRunIsShownAsSuch) {
  const EndlessSource source;
  configure(source.section());
  Process process = start({"upload", "netbox"});
  wait_until([&] { return oomnitza.cloud().traffic().payloads >= 1; });
  EXPECT_EQ(runs().at(0)["outcome"], "running");
  process.send_signal(SIGKILL);
  process.wait(longest);
  EXPECT_EQ(runs().at(0)["outcome"], "killed");
  EXPECT_EQ(runs().at(0)["exit_code"], nullptr);
}

TEST_F(RunsTest, AnInterruptedRunIsShownAsSuch) {
  const EndlessSource source;
  configure(source.section());
  Process process = start({"upload", "netbox"});
  wait_until([&] { return oomnitza.cloud().traffic().payloads >= 1; });
  process.send_signal(SIGTERM);
  EXPECT_EQ(end_of(std::move(process)), 2);
  EXPECT_EQ(runs().at(0)["outcome"], "interrupted");
  EXPECT_EQ(runs().at(0)["exit_code"], 2);
}

TEST_F(RunsTest, TestModeLeavesNothing) {
  configure(csv_section());
  write_assets(3);
  EXPECT_EQ(run({"upload", "csv_assets", "--testmode"}), 0) << output();
  EXPECT_FALSE(fs::exists(folder.file("state.db")));
  EXPECT_EQ(run({"runs"}), 0);
  EXPECT_EQ(folder.read("stdout"), "No runs are recorded in " + folder.file("state.db") + ".\n");
  EXPECT_EQ(run({"runs", "ldap"}), 0);
  EXPECT_EQ(folder.read("stdout"), "No runs of ldap are recorded in " + folder.file("state.db") + ".\n");
  EXPECT_THAT(runs(), IsEmpty());
  EXPECT_THAT(folder.read("stderr"), HasSubstr("No runs are recorded"));
}

TEST_F(RunsTest, ADatabaseThatCannotBeUsedFailsNoRun) {
  folder.write("state.db", std::string(4096, 'x'));
  configure(csv_section());
  write_assets(3);
  EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output();
  EXPECT_THAT(output(), HasSubstr("the history of runs is not kept: the database " + folder.file("state.db")));
  EXPECT_EQ(run({"runs"}), 2);
  EXPECT_THAT(folder.read("stderr"), HasSubstr("move it away"));
}

TEST_F(RunsTest, ShowsAsManyAsAreAskedFor) {
  configure(csv_section());
  write_assets(1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output();
  EXPECT_THAT(runs({"--last=2"}), SizeIs(2));
  EXPECT_THAT(runs({"csv_assets", "--state-dir=."}), SizeIs(3));
}

TEST_F(RunsTest, SaysWhatIsWrongWithTheCommand) {
  EXPECT_EQ(run({"runs", "a", "b"}), 1);
  EXPECT_THAT(folder.read("stderr"), HasSubstr("runs shows all sections, or one"));
  EXPECT_EQ(run({"runs", "--last=0"}), 1);
  EXPECT_EQ(run({"runs", "--format=xml"}), 1);
  EXPECT_EQ(run({"runs", "--state-dir=nowhere"}), 1);
  EXPECT_THAT(folder.read("stderr"), HasSubstr("no such directory: " + folder.file("nowhere")));
}

TEST_F(RunsTest, HistoryHasItsDays) {
  configure(csv_section(), oomnitza.url() + "\nhistory_days = 0");
  write_assets(1);
  EXPECT_EQ(run({"upload", "csv_assets"}), 1);
  EXPECT_THAT(output(), HasSubstr("setting history_days: must be from 1 to 36500"));
}

TEST_F(RunsTest, AWrongScheduleIsAnErrorInEveryMode) {
  configure(csv_section("schedule = hourly\n"));
  write_assets(1);
  for (const char* more : {"--testmode", "--show-mappings", "-v"}) {
    EXPECT_EQ(run({"upload", "csv_assets", more}), 1);
    EXPECT_THAT(output(), HasSubstr("section [csv_assets], setting schedule: must be like \"every 6h\""));
  }
  configure(csv_section("schedule = daily at 02:30\n"));
  EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output();
}

}  // namespace connector::test::runs_test
