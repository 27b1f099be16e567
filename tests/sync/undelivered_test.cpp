#include "sync/undelivered.h"

#include <gtest/gtest.h>

#include "platform/files.h"
#include "support/temporary_folder.h"

namespace connector::undelivered_test {

using test::TemporaryFolder;

namespace fs = std::filesystem;

TEST(Undelivered, KeepsPayloadAndReasonForItsOwnerAlone) {
  const TemporaryFolder state;
  const Undelivered undelivered(state.path(), "ldap.EMEA", Log());
  undelivered.keep(R"({"A":1})", R"({"portion":"p","records":[{"A":1}]})", "status 503 \"later\"");
  ASSERT_EQ(undelivered.files().size(), 1U);
  const fs::path file = undelivered.files().front();
  EXPECT_EQ(Undelivered::read(file), parse_json(R"({"portion": "p", "records": [{"A": 1}]})"));
  EXPECT_EQ(parse_json(read_file(file))["reason"], "status 503 \"later\"");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(undelivered.folder()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(sections_with_undelivered(state.path()), (std::vector<std::string>{"ldap.EMEA"}));
}

TEST(Undelivered, TheSameRecordsTakeOneFile) {
  const TemporaryFolder state;
  const Undelivered undelivered(state.path(), "ldap", Log());
  undelivered.keep("{}", R"({"portion":"p1","records":[{}]})", "monday");
  undelivered.keep("{}", R"({"portion":"p2","records":[{}]})", "tuesday");
  ASSERT_EQ(undelivered.files().size(), 1U);
  EXPECT_EQ(Undelivered::read(undelivered.files().front())["portion"], "p2");
}

TEST(Undelivered, KeepsNoMoreThanThereIsRoomFor) {
  const TemporaryFolder state;
  const std::string body = R"({"portion":"p","records":[{}]})";
  const Undelivered undelivered(state.path(), "ldap", Log(), 2 * body.size());
  for (const char* records : {"{1}", "{2}", "{3}"}) undelivered.keep(records, body, "refused");
  EXPECT_EQ(undelivered.files().size(), 2U);
}

TEST(Undelivered, DamagedFilesAreErrors) {
  const TemporaryFolder state;
  for (const char* content : {"", "{", "[]", R"({"payload": 1})", R"({"payload": {"records": 1}})"}) {
    write_private_file(state.path() / "x.json", content);
    EXPECT_THROW(Undelivered::read(state.path() / "x.json"), std::exception) << content;
  }
}

TEST(Undelivered, NothingKeptMeansNoFilesAndNoFolders) {
  const TemporaryFolder state;
  EXPECT_TRUE(Undelivered(state.path(), "ldap", Log()).files().empty());
  EXPECT_TRUE(sections_with_undelivered(state.path()).empty());
  EXPECT_TRUE(fs::is_empty(state.path()));
}

}  // namespace connector::undelivered_test
