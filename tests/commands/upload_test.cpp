#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <regex>

#include "commands/program_test.h"
#include "platform/files.h"
#include "sync/undelivered.h"

namespace connector::test::upload_test {

namespace fs = std::filesystem;

using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

constexpr auto owner_file = fs::perms::owner_read | fs::perms::owner_write;

class Upload : public ProgramTest {
 protected:
  /// The number before a word of the line that ends a section.
  std::size_t counted(const std::string& what) const {
    std::smatch found;
    const std::string text = output();
    return std::regex_search(text, found, std::regex("[ :](\\d+) " + what + "\\b")) ? std::stoul(found[1]) : 0;
  }

  /// What became of all records that were pulled.
  std::size_t accounted_for() const {
    return counted("filtered out") + counted("skipped") + counted("failed") + counted("delivered") +
           counted("undelivered") + counted("not sent");
  }
};

TEST_F(Upload, SigtermInTheMiddleDeliversWhatIsPulledAndFinalizes) {
  const EndlessSource source;
  configure(source.section() + "\n" + csv_section());
  write_assets(1);
  Process process = start({"upload", "netbox", "csv_assets"});
  wait_until([&] { return oomnitza.cloud().traffic().payloads >= 3; });
  process.send_signal(SIGTERM);
  EXPECT_EQ(end_of(std::move(process)), 2) << output();

  ASSERT_THAT(oomnitza.cloud().portions(), SizeIs(1)) << "no further section begins\n" << output();
  EXPECT_EQ(oomnitza.cloud().portions().front().finalized, 1U);
  EXPECT_EQ(counted("delivered"), sent().size()) << output();
  EXPECT_EQ(counted("pulled"), accounted_for()) << output();
  EXPECT_THAT(output(), HasSubstr("interrupted"));
  EXPECT_THAT(output(), HasSubstr("section [csv_assets]: not running"));
}

TEST_F(Upload, CancellingInTheCloudEndsTheRunCleanly) {
  const EndlessSource source;
  configure(source.section());
  Process process = start({"upload", "netbox"});
  wait_until([&] { return oomnitza.cloud().traffic().payloads >= 3; });
  oomnitza.cloud().cancel("");
  EXPECT_EQ(end_of(std::move(process)), 0) << output();
  EXPECT_EQ(oomnitza.cloud().portions().front().finalized, 1U);
  EXPECT_EQ(counted("delivered"), sent().size()) << output();
  EXPECT_EQ(counted("pulled"), accounted_for()) << output();
}

TEST_F(Upload, FiveThousandRecordsAddUp) {
  configure(
      csv_section("mapping.NAME = {\"source\": \"Name\", \"required\": true}\n"
                  "recordfilter =\n"
                  "    number = int(record.Serial[1:])\n"
                  "    if number % 1000 == 7: raise ValueError('number ' + record.Serial)\n"
                  "    return number % 10 != 3\n"));
  std::string text = "Serial,Name\n";
  for (int i = 0; i < 5000; ++i) text += fmt::format("S{},{}\n", i, i % 500 == 1 ? "" : "asset");
  folder.write("assets.csv", text);
  oomnitza.cloud().refuse("SERIAL", "S10");
  oomnitza.cloud().refuse("SERIAL", "S4999");

  EXPECT_EQ(run({"upload", "csv_assets", "--workers", "4"}), 2);
  EXPECT_THAT(output(),
              HasSubstr("5000 pulled, 500 filtered out, 10 skipped, 5 failed, 4483 delivered, 2 undelivered"));
  EXPECT_THAT(sent(), SizeIs(4483));
  EXPECT_EQ(oomnitza.cloud().portions().front().finalized, 1U);
  const auto kept = Undelivered(folder.path(), "csv_assets", Log()).files();
  ASSERT_THAT(kept, SizeIs(2));
  for (const fs::path& file : kept) EXPECT_THAT(Undelivered::read(file)["records"], SizeIs(1));
}

TEST_F(Upload, UsageErrorsEndWithOneAndOneLineOnStandardError) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"nosuch"},
           {"nosuch", "--help"},
           {"upload"},
           {"upload", "managed.12"},
           {"upload", "--nosuch", "csv_assets"},
           {"upload", "csv_assets", "--workers"},
           {"upload", "csv_assets", "--record-count", "-1"},
           {"upload", "csv_assets", "--record-count", "ten"},
           {"upload", "csv_assets", "--ini", "a.ini", "--env-file", "b.env"},
       }) {
    EXPECT_EQ(run(arguments), 1) << testing::PrintToString(arguments);
    EXPECT_THAT(folder.read("stdout"), IsEmpty()) << testing::PrintToString(arguments);
    EXPECT_THAT(folder.read("stderr"), MatchesRegex("connector: [^\n]*see connector --help[)]\n"));
  }
}

TEST_F(Upload, ConfigurationErrorsEndWithOneBeforeAnythingIsAsked) {
  configure("[csv_assets]\nenable = True\nfilename = assets.csv\n");
  EXPECT_EQ(run({"upload", "csv_assets"}), 1);
  EXPECT_THAT(output(), HasSubstr("sync_field"));
  fs::remove(folder.path() / "config.ini");
  EXPECT_EQ(run({"upload", "csv_assets"}), 1);
  EXPECT_EQ(oomnitza.cloud().traffic().payloads, 0U);
}

TEST_F(Upload, SavedDataIsForItsOwnerAlone) {
  configure(csv_section() +
            "\n[csv_assets.more]\nenable = True\nfilename = assets.csv\nsync_field = SERIAL\nuse_server_map = False\n"
            "mapping.SERIAL = Serial\n");
  write_assets(2);
  folder.write("save_data/csv_assets/0.json", "older, and longer than what replaces it");
  fs::permissions(folder.path() / "save_data/csv_assets/0.json", fs::perms::all);
  EXPECT_EQ(run({"upload", "csv_assets", "csv_assets.more", "--save-data"}), 0) << output();
  for (const char* section : {"csv_assets", "csv_assets.more"}) {
    for (const char* name : {"0.json", "1.json", "oom.payload000.json"}) {
      const fs::path file = folder.path() / "save_data" / section / name;
      ASSERT_TRUE(fs::exists(file)) << file;
      EXPECT_EQ(fs::status(file).permissions(), owner_file) << file;
    }
  }
  EXPECT_EQ(fs::status(folder.path() / "save_data" / "csv_assets.more").permissions(), fs::perms::owner_all);
  EXPECT_EQ(folder.read("save_data/csv_assets/0.json"), "{\n  \"Serial\": \"S0\"\n}");
}

TEST_F(Upload, TestModePrintsNothingButPayloadsOnStandardOutput) {
  configure(csv_section(
      "recordfilter =\n    print('from the filter')\n    LOG.warning('from the filter')\n    return True\n"));
  write_assets(12);
  folder.write("logging.json", R"({"version": 1,
      "handlers": {"console": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "level": "DEBUG"}},
      "root": {"handlers": ["console"], "level": "DEBUG"}})");
  EXPECT_EQ(run({"upload", "csv_assets", "--testmode"}), 0) << output();
  const Json payload = parse_json(folder.read("stdout"));
  EXPECT_THAT(payload["records"], SizeIs(10));
  EXPECT_THAT(folder.read("stderr"), HasSubstr("from the filter"));
  EXPECT_THAT(folder.read("stderr"), HasSubstr("10 pulled"));
  EXPECT_THAT(folder.read("stderr"), HasSubstr("10 would be delivered"));
  EXPECT_THAT(oomnitza.cloud().portions(), IsEmpty());
}

TEST_F(Upload, TestModeTakesAsManyRecordsAsItIsTold) {
  configure(csv_section());
  write_assets(60);
  EXPECT_EQ(run({"upload", "csv_assets", "--testmode", "--record-count", "50"}), 0) << output();
  EXPECT_THAT(parse_json(folder.read("stdout"))["records"], SizeIs(50));
}

TEST_F(Upload, RecordsThatAreNestedAsDeepAsCanBeReadAreNoProblem) {
  configure(
      "[json_assets]\nenable = True\ndirectory = files\nsync_field = SERIAL\nuse_server_map = False\n"
      "mapping.SERIAL = {\"source\": \"serial\"}\nmapping.DEEP = {\"source\": \"deep\"}\n");
  folder.write("files/a.json", R"({"serial": "S0", "deep": )" + std::string(499, '[') + std::string(499, ']') + "}");
  EXPECT_EQ(run({"upload", "json_assets", "--testmode", "--save-data"}), 0) << output();
  EXPECT_THAT(folder.read("stdout"), HasSubstr(R"("SERIAL":"S0")")) << "as it is, deeper than is read";
  EXPECT_TRUE(fs::exists(folder.path() / "save_data/oom.payload000.json"));
}

}  // namespace connector::test::upload_test
