#include <gmock/gmock.h>

#include "commands/program_test.h"
#include "version.h"

namespace connector::test::version_test {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

class VersionTest : public ProgramTest {};

TEST_F(VersionTest, SaysVersionAndProtocol) {
  const std::string expected = fmt::format("connector {} (protocol {})\n", product_version, protocol_version);
  ASSERT_EQ(run({"version"}), 0);
  EXPECT_EQ(folder.read("stdout"), expected);
  ASSERT_EQ(run({"--version"}), 0);
  EXPECT_EQ(folder.read("stdout"), expected);
}

TEST_F(VersionTest, IsAnObjectForPrograms) {
  ASSERT_EQ(run({"version", "--json"}), 0);
  const Json version = parse_json(folder.read("stdout"));
  EXPECT_EQ(version["product"], "connector");
  EXPECT_EQ(version["version"], product_version);
  EXPECT_EQ(version["protocol"], protocol_version);
  EXPECT_THAT(version["build"]["compiler"].get<std::string>(), StartsWith("GNU "));
  for (const char* feature : {"ldap", "odbc", "python", "keyring", "seccomp"}) {
    EXPECT_EQ(version["features"][feature], true) << feature;
  }
  EXPECT_THAT(version["libraries"]["libcurl"].get<std::string>(), StartsWith("7."));
}

TEST_F(VersionTest, ListsLicenses) {
  ASSERT_EQ(run({"version", "--licenses"}), 0);
  EXPECT_THAT(folder.read("stdout"), ContainsRegex("connector +[0-9.]+ +Apache-2.0\n"));
  EXPECT_THAT(folder.read("stdout"), ContainsRegex("OpenLDAP +2[^ ]* +OLDAP-2.8\n"));
  EXPECT_EQ(run({"version", "--licenses", "--json"}), 1);
}

TEST_F(VersionTest, LoadsNoLibraryOfThoseThatAreLoadedWhenTheyAreUsed) {
  ASSERT_EQ(run_by(R"(LD_DEBUG=files exec "$0" "$@" >stdout 2>stderr)", {"version"}), 0);
  const std::string loaded = folder.read("stderr");
  ASSERT_THAT(loaded, HasSubstr("libfmt")) << "the loader tells what it loads";
  for (const char* library : {"libpython", "libcurl", "libcrypto", "libldap", "libodbc", "libsqlite3", "libsecret",
                              "libseccomp", "libidn2"}) {
    EXPECT_EQ(loaded.find(library), std::string::npos) << library;
  }
}

TEST_F(VersionTest, GuiSaysWhatReplacesIt) {
  EXPECT_EQ(run({"gui"}), 1);
  EXPECT_THAT(folder.read("stderr"), HasSubstr("a web page will replace it"));
}

}  // namespace connector::test::version_test
