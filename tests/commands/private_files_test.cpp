// Files of others, and links that others may have laid, are left alone.
#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>

#include "commands/program_test.h"

namespace connector::test::private_files_test {

namespace fs = std::filesystem;

using testing::HasSubstr;

class PrivateFiles : public ProgramTest {
 protected:
  static constexpr unsigned somebody = 12345;

  PrivateFiles() {
    configure(csv_section());
    write_assets(2);
  }

  bool give_away(const std::string& path) const { return ::chown(folder.file(path).c_str(), somebody, somebody) == 0; }

  void write_logging(const std::string& file) const {
    folder.write("logging.json", Json{{"handlers", {{"file", {{"class", "logging.FileHandler"}, {"filename", file}}}}},
                                      {"root", {{"level", "INFO"}, {"handlers", {"file"}}}}}
                                     .dump());
  }
};

TEST_F(PrivateFiles, ALogIsNotWrittenThroughALink) {
  folder.write("precious", "as it was");
  fs::create_symlink("precious", folder.file("info.log"));
  write_logging("info.log");
  run({"upload", "csv_assets"});
  EXPECT_THAT(output(), HasSubstr("a log is not written through a symbolic link"));
  EXPECT_EQ(folder.read("precious"), "as it was");
}

TEST_F(PrivateFiles, ALogMayBeALinkToADevice) {
  fs::create_symlink("/dev/null", folder.file("info.log"));
  write_logging("info.log");
  EXPECT_EQ(run({"upload", "csv_assets"}), 0) << output();
}

TEST_F(PrivateFiles, SavedDataIsNotWrittenThroughALink) {
  fs::create_directory(folder.file("elsewhere"));
  fs::create_symlink("elsewhere", folder.file("save_data"));
  EXPECT_EQ(run({"upload", "csv_assets", "--save-data"}), 0) << output();
  EXPECT_TRUE(fs::is_empty(folder.file("elsewhere")));
  EXPECT_THAT(output(), HasSubstr("--save-data: not written through a symbolic link"));
}

TEST_F(PrivateFiles, AStateFolderOfSomebodyElseIsRefused) {
  fs::create_directories(folder.file("state/undelivered/csv_assets"));
  for (const char* path : {"state", "state/undelivered", "state/undelivered/csv_assets"}) {
    if (!give_away(path)) GTEST_SKIP() << "only root may give files away";
    EXPECT_EQ(run({"upload", "csv_assets", "--state-dir=state"}), 1) << path;
    EXPECT_THAT(output(), HasSubstr(folder.file(path) + " belongs to another user (12345)"));
    ASSERT_EQ(::chown(folder.file(path).c_str(), 0, 0), 0);
  }
  EXPECT_EQ(run({"upload", "csv_assets", "--state-dir=state"}), 0) << output();
}

}  // namespace connector::test::private_files_test
