#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "commands/program_test.h"
#include "platform/files.h"
#include "sync/undelivered.h"

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

TEST_F(Resend, ASectionWithoutPayloadsMayBeATypingError) {
  keep_a_payload(1);
  EXPECT_EQ(run({"resend", "csv_asets"}), 0) << output();
  EXPECT_THAT(output(), HasSubstr("nothing is kept; did you mean \"csv_assets\"?"));
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
  folder.write("undelivered/csv_assets/0.json.aB3xYz", R"({"payload": {"rec)");
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
