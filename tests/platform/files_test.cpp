#include "platform/files.h"

#include <gtest/gtest.h>

#include <functional>
#include <system_error>

#include "support/temporary_folder.h"

namespace connector::files_test {

using test::TemporaryFolder;

namespace fs = std::filesystem;

TEST(Files, AreWrittenWholeAndForTheirOwnerAlone) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "state.json";
  write_file_atomically(file, "old and longer");
  write_file_atomically(file, "new");
  EXPECT_EQ(read_file(file), "new");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1)
      << "no temporary file stays";
}

TEST(Files, APlainWriteTightensAnOlderFile) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "0.json";
  write_private_file(file, "old and longer");
  fs::permissions(file, fs::perms::all);
  write_private_file(file, "new");
  EXPECT_EQ(read_file(file), "new");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink(file, folder.path() / "link");
  EXPECT_THROW(write_private_file(folder.path() / "link", "through"), std::system_error);
  EXPECT_EQ(read_file(file), "new");
}

TEST(Files, FailuresNameTheFile) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "missing" / "x";
  for (const auto& action : std::vector<std::function<void()>>{
           [&] { write_file_atomically(file, ""); }, [&] { write_private_file(file, ""); }, [&] { read_file(file); }}) {
    try {
      action();
      ADD_FAILURE() << "no error";
    } catch (const std::system_error& error) {
      EXPECT_NE(std::string(error.what()).find(file.string()), std::string::npos) << error.what();
    }
  }
}

TEST(Files, AreReadPieceByPiece) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "large";
  const std::string content(600'000, 'x');
  write_private_file(file, content);
  FileReader reader(file);
  std::string read;
  for (std::string_view piece = reader.next(); !piece.empty(); piece = reader.next()) read += piece;
  EXPECT_EQ(read, content);
  EXPECT_FALSE(reader.error());
  FileReader missing(folder.path() / "missing");
  EXPECT_EQ(missing.next(), "");
  EXPECT_EQ(missing.error(), std::errc::no_such_file_or_directory);
}

TEST(Files, PrivateFoldersAreMadeWithTheirParents) {
  const TemporaryFolder folder;
  const fs::path deep = folder.path() / "a" / "b";
  make_private_folder(deep);
  make_private_folder(deep);
  EXPECT_EQ(fs::status(deep).permissions(), fs::perms::owner_all);
}

TEST(Files, NamesOfSectionsStayInTheirFolder) {
  EXPECT_EQ(safe_name("ldap.DC 2"), "ldap.DC 2");
  EXPECT_EQ(safe_name("../x\\y"), "___x_y");
  EXPECT_EQ(safe_name("a\nb"), "a_b");
  EXPECT_EQ(safe_name(""), "_");
}

}  // namespace connector::files_test
