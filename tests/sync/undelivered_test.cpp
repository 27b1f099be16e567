#include "sync/undelivered.h"

#include <gtest/gtest.h>

#include "platform/files.h"
#include "support/temporary_folder.h"

namespace connector::undelivered_test {

using test::TemporaryFolder;

namespace fs = std::filesystem;

PayloadEnvelope envelope(const std::string& portion = "p") {
  return {.portion = portion,
          .connector_name = "LDAP",
          .connector_id = nullptr,
          .data_type = "users",
          .sync_field = {"A"},
          .multi_str_input_value = nullptr};
}

TEST(Undelivered, KeepsPayloadAndReasonForItsOwnerAlone) {
  const TemporaryFolder state;
  const Undelivered undelivered(state.path(), "ldap.EMEA", Log());
  undelivered.keep(envelope(), R"({"A":1})", "status 503 \"later\"");
  ASSERT_EQ(undelivered.files().size(), 1U);
  const fs::path file = undelivered.files().front();
  EXPECT_EQ(Undelivered::read(file), parse_json(envelope().body(R"({"A":1})")));
  EXPECT_EQ(parse_json(read_file(file))["reason"], "status 503 \"later\"");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(undelivered.folder()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(sections_with_undelivered(state.path()), (std::vector<std::string>{"ldap.EMEA"}));
}

TEST(Undelivered, TheSameRecordsTakeOneFile) {
  const TemporaryFolder state;
  const Undelivered undelivered(state.path(), "ldap", Log());
  undelivered.keep(envelope("p1"), "{}", "monday");
  undelivered.keep(envelope("p2"), "{}", "tuesday");
  ASSERT_EQ(undelivered.files().size(), 1U);
  EXPECT_EQ(Undelivered::read(undelivered.files().front())["portion"], "p2");
}

TEST(Undelivered, AnotherModeOrSectionReplacesNothing) {
  const TemporaryFolder state;
  const Undelivered undelivered(state.path(), "ldap", Log());
  PayloadEnvelope test_run = envelope(), update_only = envelope();
  test_run.test_run = update_only.update_only = true;
  for (const PayloadEnvelope& one : {envelope(), test_run, update_only}) undelivered.keep(one, "{}", "refused");
  EXPECT_EQ(undelivered.files().size(), 3U);

  for (const char* section : {"a/b", "a_b"}) Undelivered(state.path(), section, Log()).keep(envelope(), "{}", section);
  for (const std::string section : {"a/b", "a_b"}) {
    const Undelivered other(state.path(), section, Log());
    ASSERT_EQ(other.files().size(), 1U);
    EXPECT_EQ(parse_json(read_file(other.files().front()))["reason"], section);
  }
}

TEST(Undelivered, TheOldestComesFirst) {
  const TemporaryFolder state;
  const Undelivered undelivered(state.path(), "ldap", Log());
  const auto kept_at = [&](const std::string& name, int hour) {
    const fs::path file = state.write("undelivered/ldap/" + name, "{}");
    fs::last_write_time(file, fs::file_time_type(std::chrono::hours(hour)));
  };
  kept_at("b.json", 1);
  kept_at("a.json", 2);
  kept_at("c.json", 3);
  std::vector<std::string> names;
  for (const fs::path& file : undelivered.files()) names.push_back(file.filename());
  EXPECT_EQ(names, (std::vector<std::string>{"b.json", "a.json", "c.json"}));
}

TEST(Undelivered, KeepsNoMoreThanThereIsRoomForAndCountsARewrittenFileOnce) {
  const TemporaryFolder state;
  const Undelivered unlimited(state.path(), "ldap", Log());
  unlimited.keep(envelope(), "{1}", "refused");
  const Undelivered undelivered(state.path(), "ldap", Log(), 2 * fs::file_size(unlimited.files().front()));
  for (int night = 0; night < 3; ++night) undelivered.keep(envelope(), "{1}", "refused");
  for (const char* records : {"{2}", "{3}"}) undelivered.keep(envelope(), records, "refused");
  EXPECT_EQ(undelivered.files().size(), 2U);
}

TEST(Undelivered, WhatAKilledRunLeftUnfinishedIsRemovedAtTheNextStart) {
  const TemporaryFolder state;
  for (const char* name : {"x.json", "x.json.tmp-aB3xYz", "notes.txt"}) {
    state.write("undelivered/ldap/" + std::string(name), "{}");
  }
  const fs::path folder = Undelivered(state.path(), "ldap", Log()).folder();
  {
    const auto run = lock_kept_payloads(state.path(), "ldap", Log(), {});
    EXPECT_FALSE(fs::exists(folder / "x.json.tmp-aB3xYz"));
    EXPECT_TRUE(fs::exists(folder / "x.json"));
    EXPECT_TRUE(fs::exists(folder / "notes.txt"));
    state.write("undelivered/ldap/y.json.tmp-aB3xYz", "{}");
    const auto beside_it = lock_kept_payloads(state.path(), "ldap", Log(), {});
    EXPECT_TRUE(fs::exists(folder / "y.json.tmp-aB3xYz")) << "that run may be writing it";
  }
}

TEST(Undelivered, AFolderThatCannotBeReadIsAnError) {
  const TemporaryFolder state;
  state.write("undelivered", "no folder");
  EXPECT_THROW(Undelivered(state.path(), "ldap", Log()).files(), std::system_error);
  EXPECT_THROW(sections_with_undelivered(state.path()), std::system_error);
  EXPECT_THROW(lock_kept_payloads(state.path(), "ldap", Log(), {}), std::system_error);
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
