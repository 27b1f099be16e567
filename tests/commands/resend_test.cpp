#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <filesystem>

#include "commands/program_test.h"
#include "platform/files.h"
#include "sync/undelivered.h"
#include "text/values.h"

namespace connector::test::resend_test {

namespace fs = std::filesystem;

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class Resend : public ProgramTest {
 protected:
  /// The next uploads are refused for good.
  void refuse_uploads(std::size_t count) {
    oomnitza.faults().add({.method = "POST", .path = "/api/v3/bulk", .calls = count, .status = 403, .body = "go away"});
  }

  std::vector<fs::path> kept(const std::string& section = "csv_assets") const {
    return Undelivered(folder.path(), section, Log()).files();
  }

  /// A run whose only payload is refused.
  void keep_a_payload(int records) {
    configure(csv_section());
    write_assets(records);
    refuse_uploads(1);
    ASSERT_EQ(run({"upload", "csv_assets"}), 2) << output();
    ASSERT_THAT(kept(), SizeIs(1)) << output();
    ASSERT_THAT(sent(), IsEmpty());
  }
};

TEST_F(Resend, DeliversWhatARunHadToKeep) {
  keep_a_payload(3);
  EXPECT_THAT(output(), HasSubstr("3 undelivered"));
  EXPECT_EQ(fs::status(kept().front()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(kept().front().parent_path()).permissions(), fs::perms::owner_all);

  EXPECT_EQ(run({"resend", "csv_assets"}), 0) << output();
  EXPECT_THAT(sent(), UnorderedElementsAre("S0", "S1", "S2"));
  EXPECT_THAT(kept(), IsEmpty());
  const std::vector<simulator::Portion> portions = oomnitza.cloud().portions();
  ASSERT_THAT(portions, SizeIs(2)) << "the run's own, and the one that resend opens";
  EXPECT_NE(portions[0].id, portions[1].id);
  EXPECT_EQ(portions[1].records, 3U);
  EXPECT_EQ(portions[1].finalized, 1U);

  EXPECT_EQ(run({"resend"}), 0) << output();
  EXPECT_THAT(output(), HasSubstr("nothing is kept in " + folder.path().string()));
  EXPECT_THAT(oomnitza.cloud().portions(), SizeIs(2)) << "nothing kept, nothing sent";
}

TEST_F(Resend, InTestModePrintsWhatWouldGo) {
  keep_a_payload(3);
  const std::size_t payloads = oomnitza.cloud().traffic().payloads;
  EXPECT_EQ(run({"resend", "--testmode"}), 0) << output();
  EXPECT_THAT(parse_json(folder.read("stdout"))["records"], SizeIs(3));
  EXPECT_THAT(folder.read("stderr"), HasSubstr("1 kept payloads would be delivered, 1 stay"));
  EXPECT_EQ(oomnitza.cloud().traffic().payloads, payloads);
  EXPECT_THAT(kept(), SizeIs(1));
}

TEST_F(Resend, AMistypedSectionIsAnError) {
  keep_a_payload(1);
  EXPECT_EQ(run({"resend", "csv_assets", "csv_asets"}), 1) << output();
  EXPECT_THAT(output(), HasSubstr("section [csv_asets]: nothing is kept"));
  EXPECT_THAT(output(), HasSubstr("did you mean \"csv_assets\"?"));
  EXPECT_THAT(kept(), SizeIs(1));
  EXPECT_EQ(run({"resend", "csv_assets"}), 0) << output();
  EXPECT_EQ(run({"resend", "csv_assets"}), 0) << "nothing is kept of a section that there is\n" << output();
}

TEST_F(Resend, AWrongStateFolderIsAnError) {
  keep_a_payload(1);
  EXPECT_EQ(run({"resend", "--state-dir", "elsewhere"}), 1) << output();
  EXPECT_THAT(output(), HasSubstr("no such directory: " + folder.file("elsewhere")));
  EXPECT_FALSE(fs::exists(folder.path() / "elsewhere"));
}

TEST_F(Resend, AFolderThatCannotBeReadIsAnError) {
  configure(csv_section());
  folder.write("undelivered/csv_assets", "no folder");
  EXPECT_EQ(run({"resend", "csv_assets"}), 2) << output();
  EXPECT_THAT(output(), HasSubstr("cannot read the folder " + folder.file("undelivered/csv_assets")));
  write_assets(1);
  EXPECT_EQ(run({"upload", "csv_assets"}), 2) << "before anything is read\n" << output();
  EXPECT_THAT(sent(), IsEmpty());
  fs::remove_all(folder.path() / "undelivered");
  folder.write("undelivered", "no folder");
  EXPECT_EQ(run({"resend"}), 1) << output();
  EXPECT_THAT(output(), HasSubstr("cannot read the folder " + folder.file("undelivered")));
}

TEST_F(Resend, ALaterValueIsNeverOverwrittenByAnEarlierOne) {
  configure(csv_section("mapping.VALUE = Value\n"));
  for (int day = 1; day <= 6; ++day) {
    folder.write("assets.csv", fmt::format("Serial,Value\nS,{}\nD{},only\n", day, day));
    refuse_uploads(1);
    ASSERT_EQ(run({"upload", "csv_assets"}), 2) << output();
  }
  ASSERT_THAT(kept(), SizeIs(6));
  EXPECT_EQ(run({"resend", "--workers", "4"}), 0) << output();
  EXPECT_THAT(output(), HasSubstr("6 kept payloads delivered, 0 stay; 5 records skipped"));
  std::vector<std::string> values, days;
  for (const Json& record : oomnitza.cloud().records("assets")) {
    if (record["SERIAL"] == "S") {
      values.push_back(record["VALUE"]);
    } else {
      days.push_back(record["SERIAL"]);
    }
  }
  EXPECT_THAT(values, testing::ElementsAre("6"));
  EXPECT_THAT(days, testing::ElementsAre("D1", "D2", "D3", "D4", "D5", "D6")) << "the oldest run first";
}

TEST_F(Resend, SkipsWhatALaterRunDelivered) {
  configure(csv_section("mapping.VALUE = Value\n"));
  folder.write("assets.csv", "Serial,Value\nS,old\nT,old\n");
  refuse_uploads(1);
  ASSERT_EQ(run({"upload", "csv_assets"}), 2) << output();
  folder.write("assets.csv", "Serial,Value\nS,new\nU,new\n");
  ASSERT_EQ(run({"upload", "csv_assets", "--testmode"}), 0) << output();
  for (int night = 0; night < 2; ++night) ASSERT_EQ(run({"upload", "csv_assets"}), 0) << output();
  EXPECT_THAT(Undelivered(folder.path(), "csv_assets", Log()).history(), SizeIs(2)) << "once is enough";

  EXPECT_EQ(run({"resend", "csv_assets"}), 0) << output();
  EXPECT_THAT(output(), HasSubstr("1 kept payloads delivered, 0 stay; 1 records skipped"));
  std::vector<std::string> values;
  for (const Json& record : oomnitza.cloud().records("assets")) {
    values.push_back(fmt::format("{} {}", text_of(record["SERIAL"]), text_of(record["VALUE"])));
  }
  EXPECT_THAT(values, testing::ElementsAre("S new", "U new", "T old"));
  EXPECT_FALSE(fs::exists(folder.path() / "undelivered" / "csv_assets"));
}

TEST_F(Resend, ATestRunDoesNotReplaceAKeptPayload) {
  keep_a_payload(2);
  configure(csv_section("test_run = True\n"));
  refuse_uploads(1);
  ASSERT_EQ(run({"upload", "csv_assets"}), 2) << output();
  ASSERT_THAT(kept(), SizeIs(2));
  std::vector<bool> test_runs;
  for (const fs::path& file : kept()) test_runs.push_back(Undelivered::read(file)["test_run"]);
  EXPECT_THAT(test_runs, testing::ElementsAre(false, true));
}

TEST_F(Resend, LeavesASectionThatRunsAlone) {
  keep_a_payload(1);
  const EndlessSource source;
  configure(csv_section() + source.section());
  folder.write("undelivered/netbox/x.json", read_file(kept().front()));
  Process upload = start_by(R"(exec "$0" "$@" >/dev/null 2>&1)", {"upload", "netbox"});
  wait_until([&] { return !sent().empty(); });
  EXPECT_EQ(run({"resend"}), 3) << output();
  EXPECT_THAT(output(), HasSubstr("section [netbox]: process "));
  EXPECT_THAT(kept("netbox"), SizeIs(1));
  EXPECT_THAT(kept(), IsEmpty()) << "the other section is delivered";
  upload.send_signal(SIGTERM);
  EXPECT_EQ(end_of(std::move(upload)), 2);
  EXPECT_EQ(run({"resend"}), 0) << output();
  EXPECT_THAT(kept("netbox"), IsEmpty());
}

TEST_F(Resend, ARunOfTheSameSectionWaitsUntilItHasEnded) {
  keep_a_payload(1);
  std::atomic<bool> is_waiting = false, is_free = false;
  const simulator::HttpServer front({}, [&](const simulator::Request& request) {
    if (request.method == "POST" && request.path == "/api/v3/bulk" && !is_waiting.exchange(true)) {
      wait_until([&] { return is_free.load(); });
    }
    return oomnitza.cloud().answer(request);
  });
  configure(csv_section(), front.url());
  folder.write("assets.csv", "Serial\nnew\n");
  Process resend = start({"resend"});
  wait_until([&] { return is_waiting.load(); });
  EXPECT_EQ(run_by(R"(exec "$0" "$@" >stdout2 2>stderr2)", {"resend", "--singleton", "0"}), 3);
  EXPECT_THAT(folder.read("stderr2"), HasSubstr("section [csv_assets]: process "));
  Process upload = start_by(R"(exec "$0" "$@" >stdout2 2>stderr2)", {"upload", "csv_assets"});
  wait_until([&] { return folder.read("stderr2").find("waiting for process") != std::string::npos; });
  is_free = true;
  EXPECT_EQ(end_of(std::move(resend)), 0) << output();
  EXPECT_EQ(end_of(std::move(upload)), 0) << folder.read("stderr2");
  EXPECT_THAT(sent(), testing::ElementsAre("S0", "new"));
}

TEST_F(Resend, WithoutANameDeliversEverySection) {
  configure(csv_section() +
            "\n[csv_assets.more]\nenable = True\nfilename = more.csv\nsync_field = SERIAL\nuse_server_map = False\n"
            "mapping.SERIAL = Serial\n");
  write_assets(1);
  folder.write("more.csv", "Serial\nM0\n");
  refuse_uploads(1);
  ASSERT_EQ(run({"upload", "csv_assets"}), 2) << output();
  refuse_uploads(1);
  ASSERT_EQ(run({"upload", "csv_assets.more"}), 2) << output();
  EXPECT_EQ(run({"resend"}), 0) << output();
  EXPECT_THAT(sent(), UnorderedElementsAre("S0", "M0"));
}

TEST_F(Resend, DeliversAsManyPayloadsAtOnceAsThereAreWorkers) {
  keep_a_payload(1);
  for (const char* name : {"a.json", "b.json", "c.json"}) {
    folder.write("undelivered/csv_assets/" + std::string(name), read_file(kept().front()));
  }
  Meeting meeting;
  const simulator::HttpServer front({}, [&](const simulator::Request& request) {
    if (request.method == "POST" && request.path == "/api/v3/bulk") meeting.join(4);
    return oomnitza.cloud().answer(request);
  });
  configure(csv_section(), front.url());
  EXPECT_EQ(run({"resend", "--workers", "4"}), 0) << output();
  EXPECT_EQ(meeting.most(), 4);
  EXPECT_THAT(kept(), IsEmpty());
  EXPECT_EQ(oomnitza.cloud().portions().back().finalized, 1U);
}

TEST_F(Resend, WhatIsRefusedAgainStays) {
  keep_a_payload(2);
  refuse_uploads(1);
  EXPECT_EQ(run({"resend", "csv_assets"}), 2);
  EXPECT_THAT(output(), HasSubstr("403"));
  EXPECT_THAT(kept(), SizeIs(1));
  EXPECT_EQ(run({"resend", "csv_assets"}), 0) << output();
  EXPECT_THAT(sent(), UnorderedElementsAre("S0", "S1"));
}

TEST_F(Resend, APortionThatIsNotFinalizedIsAFailureOfItsSectionAlone) {
  keep_a_payload(2);
  folder.write("undelivered/other/x.json", read_file(kept().front()));
  oomnitza.faults().add({.method = "POST", .path = "/api/v3/bulk/", .calls = 1, .status = 403});
  EXPECT_EQ(run({"resend", "csv_assets", "other"}), 2);
  EXPECT_THAT(output(), HasSubstr("section [csv_assets]: could not finalize the portion"));
  EXPECT_THAT(kept("other"), IsEmpty()) << output();
}

TEST_F(Resend, NothingElseIsTriedOnceTheCredentialsAreRefused) {
  keep_a_payload(1);
  for (const char* name : {"a.json", "b.json", "c.json"}) {
    folder.write("undelivered/csv_assets/" + std::string(name), read_file(kept().front()));
  }
  refuse_uploads(1);
  EXPECT_EQ(run({"resend", "csv_assets", "--workers", "1"}), 2);
  EXPECT_THAT(kept(), SizeIs(4)) << output();
  EXPECT_THAT(output(), HasSubstr("0 kept payloads delivered, 4 stay"));
}

TEST_F(Resend, DamagedFilesStayAndTheOthersAreDelivered) {
  keep_a_payload(1);
  folder.write("undelivered/csv_assets/0.json", R"({"payload": {"rec)");
  EXPECT_EQ(run({"resend", "csv_assets"}), 2);
  EXPECT_THAT(output(), HasSubstr("0.json stays"));
  EXPECT_THAT(sent(), UnorderedElementsAre("S0"));
  EXPECT_EQ(kept(), std::vector<fs::path>{folder.path() / "undelivered" / "csv_assets" / "0.json"});
}

TEST_F(Resend, TemporaryNamesAreNoPayloads) {
  keep_a_payload(1);
  folder.write("undelivered/csv_assets/0.json.tmp-aB3xYz", R"({"payload": {"rec)");
  EXPECT_EQ(run({"resend", "csv_assets"}), 0) << output();
  EXPECT_THAT(sent(), UnorderedElementsAre("S0"));
}

TEST_F(Resend, PayloadsLieInTheStateFolder) {
  configure(csv_section());
  write_assets(1);
  refuse_uploads(1);
  EXPECT_EQ(run({"upload", "csv_assets", "--state-dir", "state"}), 2);
  EXPECT_TRUE(fs::is_directory(folder.path() / "state" / "undelivered" / "csv_assets"));
  EXPECT_FALSE(fs::exists(folder.path() / "undelivered"));
  EXPECT_EQ(run({"resend", "--state-dir=state"}), 0) << output();
  EXPECT_THAT(sent(), UnorderedElementsAre("S0"));
}

TEST_F(Resend, TheNextRunOnlyMentionsWhatIsKept) {
  keep_a_payload(2);
  EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output();
  EXPECT_THAT(output(), HasSubstr("connector resend csv_assets"));
  EXPECT_THAT(kept(), SizeIs(1));
}

// Every record is refused by itself, so the program writes a file for each; it is killed while it does.
TEST_F(Resend, KilledInTheMiddleLeavesOnlyWholeFiles) {
  configure(csv_section("mapping.SITE = {\"hardcoded\": \"Kyiv\"}\n"));
  write_assets(20000);
  oomnitza.cloud().refuse("SITE", "Kyiv");
  {
    Process process = start({"upload", "csv_assets"});
    wait_until([&] { return kept().size() >= 3; });
    process.send_signal(SIGKILL);
    ASSERT_EQ(end_of(std::move(process)), 128 + SIGKILL) << output();
  }
  const std::vector<fs::path> files = kept();
  for (const fs::path& file : files) EXPECT_THAT(Undelivered::read(file)["records"], SizeIs(1));
  simulator::Simulator other;  // the first one may still be taking what was on its way
  configure("", other.url());
  EXPECT_EQ(run({"resend", "csv_assets"}), 0) << output();
  EXPECT_THAT(other.cloud().records("assets"), SizeIs(files.size()));
  EXPECT_THAT(kept(), IsEmpty());
}

}  // namespace connector::test::resend_test
