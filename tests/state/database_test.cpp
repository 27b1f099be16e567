#include "state/database.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "state/schema.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace connector::database_test {

namespace fs = std::filesystem;

using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using Access = Database::Access;

class DatabaseTest : public testing::Test {
 protected:
  TemporaryFolder folder;
  fs::path file = folder.path() / "state.db";

  std::string error_of(const Database::Options& options = {}) const { return error_of(file, options); }
  static std::string error_of(const fs::path& path, const Database::Options& options = {}) {
    try {
      const Database database(path, options);
      return "no error";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

  static std::string value(const Database& database, const char* sql) {
    Database::Statement select(database, sql);
    return select.step() ? select.text() : "no row";
  }

  static unsigned mode_of(const fs::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
  }

  /// The lines that a program prints.
  std::string output_of(const std::vector<std::string>& command) const {
    test::Process process({.command = command, .folder = folder.path(), .output = folder.file("out")});
    EXPECT_EQ(process.wait(std::chrono::seconds(60)), 0);
    return folder.read("out");
  }
};

TEST_F(DatabaseTest, HasAWriteAheadLogAndTheNewestTables) {
  const Database database(file);
  EXPECT_EQ(value(database, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(value(database, "PRAGMA synchronous"), "1") << "NORMAL";
  EXPECT_EQ(value(database, "PRAGMA user_version"), std::to_string(migrations().size()));
  EXPECT_TRUE(database.has_table("media_storage_state"));
  EXPECT_TRUE(database.has_table("runs"));
  EXPECT_FALSE(database.has_table("nothing"));
}

TEST_F(DatabaseTest, APromiseMayBeOnDiskBeforeItIsGiven) {
  const Database database(file, {.durability = Database::Durability::power});
  EXPECT_EQ(value(database, "PRAGMA synchronous"), "2") << "FULL";
}

TEST_F(DatabaseTest, IsForItsOwnerAloneWhateverTheUmask) {
  const mode_t before = ::umask(0);
  const Database database(file);
  Database::Statement(database, "CREATE TABLE t (x)").run();
  ::umask(before);
  for (const char* name : {"state.db", "state.db-wal", "state.db-shm"})
    EXPECT_EQ(mode_of(folder.file(name)), 0600U) << name;
}

TEST_F(DatabaseTest, AFileThatOthersMayReadIsMadePrivate) {
  { const Database database(file); }
  ASSERT_EQ(::chmod(file.c_str(), 0666), 0);
  { const Database reading(file, {.access = Access::read}); }
  EXPECT_EQ(mode_of(file), 0666U) << "reading changes nothing";
  { const Database database(file); }
  EXPECT_EQ(mode_of(file), 0600U);
}

TEST_F(DatabaseTest, ALinkIsNotFollowed) {
  fs::create_directory(folder.file("elsewhere"));
  fs::create_symlink("elsewhere/state.db", file);
  EXPECT_THAT(error_of(), AllOf(HasSubstr(file.native()), HasSubstr("is a symbolic link")));
  EXPECT_THAT(error_of({.access = Access::read}), HasSubstr("is a symbolic link"));
  EXPECT_TRUE(fs::is_empty(folder.file("elsewhere")));
}

TEST_F(DatabaseTest, AFolderMayBeALink) {
  fs::create_directory(folder.file("private"));
  fs::create_directory_symlink("private", folder.file("state"));
  { const Database database(folder.path() / "state" / "state.db"); }
  EXPECT_TRUE(fs::exists(folder.path() / "private" / "state.db"));
}

TEST_F(DatabaseTest, AFileOfSomebodyElseIsRefused) {
  { const Database database(file); }
  if (::chown(file.c_str(), 12345, 12345) != 0) GTEST_SKIP() << "only root may give files away";
  for (const Access access : {Access::read, Access::write}) {
    EXPECT_THAT(error_of({.access = access}),
                AllOf(HasSubstr(file.native()), HasSubstr("belongs to another user (12345)")));
  }
}

TEST_F(DatabaseTest, WhatWasNotCommittedIsUndone) {
  const Database database(file);
  Database::Statement(database, "CREATE TABLE t (x)").run();
  {
    const Database::Transaction transaction(database);
    Database::Statement(database, "INSERT INTO t VALUES (1)").run();
  }
  EXPECT_EQ(value(database, "SELECT count(*) FROM t"), "0");
}

TEST_F(DatabaseTest, AStatementTakesOneRowAfterTheOther) {
  const Database database(file);
  Database::Statement(database, "CREATE TABLE t (x, y)").run();
  Database::Statement insert(database, "INSERT INTO t VALUES (?, ?)");
  for (int i = 1; i <= 3; ++i) insert.bind("text").bind(i).run();
  insert.bind("").run();
  Database::Statement select(database, "SELECT x, y FROM t ORDER BY rowid DESC");
  ASSERT_TRUE(select.step());
  EXPECT_FALSE(select.is_null(0));
  EXPECT_EQ(select.text(0), "");
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.text(0), "text");
  EXPECT_EQ(select.number(1), 3);
}

TEST_F(DatabaseTest, WhatWasCommittedOutlivesAKill) {
  const pid_t child = ::fork();
  if (child == 0) {
    const Database database(file);
    Database::Statement(database, "CREATE TABLE t (x)").run();
    Database::Statement(database, "INSERT INTO t VALUES (7)").run();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(value(Database(file), "SELECT x FROM t"), "7");
}

TEST_F(DatabaseTest, TheLogOfAFileThatWasRemovedIsForgotten) {
  { const Database database(file); }
  const pid_t child = ::fork();
  if (child == 0) {
    const Database database(file);
    Database::Statement(database, "INSERT INTO stored_reports VALUES ('old', 'u')").run();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(fs::exists(folder.file("state.db-wal")));
  fs::remove(file);
  EXPECT_EQ(value(Database(file), "SELECT count(*) FROM stored_reports"), "0");
}

TEST_F(DatabaseTest, PythonReadsAndWritesItMeanwhile) {
  const Database database(file);
  Database::Statement(database, "INSERT INTO media_storage_state VALUES ('reports_connectors', '68', 5)").run();
  const std::string code =
      "import sqlite3; d = sqlite3.connect('state.db'); print(d.execute('SELECT * FROM "
      "media_storage_state').fetchall());"
      "d.execute(\"UPDATE media_storage_state SET creation_date = 6\"); d.commit()";
  EXPECT_EQ(output_of({"/usr/bin/python3", "-c", code}), "[('reports_connectors', '68', 5)]\n");
  EXPECT_EQ(value(database, "SELECT creation_date FROM media_storage_state"), "6");
}

TEST_F(DatabaseTest, ReadingMakesNothing) {
  const Database database(file, {.access = Access::read});
  EXPECT_FALSE(database.has_table("runs"));
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(DatabaseTest, AFileOfANewerVersionIsLeftAlone) {
  { Database::Statement(Database(file), "PRAGMA user_version = 999").run(); }
  for (const Access access : {Access::read, Access::write}) {
    EXPECT_THAT(error_of({.access = access}), AllOf(HasSubstr("newer version of connector (schema 999"),
                                                    HasSubstr(file.native()), HasSubstr("Use that version")));
  }
}

TEST_F(DatabaseTest, AFileOfAnOlderVersionIsBroughtUpToDate) {
  {
    const Database database(file);
    Database::Statement(database, "INSERT INTO media_storage_state VALUES ('dashboards', '1', 5)").run();
    std::vector<std::string> later;
    Database::Statement tables(database,
                               "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN "
                               "('media_storage_state', 'media_storage_done', 'stored_reports')");
    while (tables.step()) later.push_back("DROP TABLE " + tables.text());
    for (const std::string& drop : later) Database::Statement(database, drop.c_str()).run();
    Database::Statement(database, "PRAGMA user_version = 1").run();
  }
  const Database database(file);
  EXPECT_TRUE(database.has_table("runs"));
  EXPECT_EQ(value(database, "SELECT creation_date FROM media_storage_state"), "5");
}

TEST_F(DatabaseTest, SeveralMakeItAtTheSameTime) {
  constexpr int makers = 8;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < makers; ++i) {
      threads.emplace_back([this] {
        const Database database(file);
        Database::Statement(database, "INSERT INTO stored_reports VALUES (hex(randomblob(8)), 'u')").run();
      });
    }
  }
  EXPECT_EQ(value(Database(file), "SELECT count(*) FROM stored_reports"), std::to_string(makers));
}

TEST_F(DatabaseTest, OpeningOneKeepsTheLocksOfAnother) {
  const Database database(file);
  const Database::Transaction transaction(database);
  { const Database second(file, {.access = Access::read}); }
  EXPECT_THAT(output_of({"/bin/sh", "-c",
                         "python3 -c \"import sqlite3; sqlite3.connect('state.db', timeout=0)"
                         ".execute('BEGIN IMMEDIATE')\" 2>&1 | tail -1"}),
              HasSubstr("database is locked"));
}

TEST_F(DatabaseTest, ADamagedFileIsToldWithWhatToDo) {
  {
    const Database database(file);
    Database::Statement insert(database, "INSERT INTO stored_reports VALUES (?, ?)");
    for (int i = 0; i < 1000; ++i) insert.bind(fmt::format("file {}", i)).bind("uid").run();
  }
  const std::string whole = folder.read("state.db");
  const std::size_t half = whole.size() / 2 / 4096 * 4096;
  folder.write("state.db", whole.substr(0, half) + std::string(4096, 'x') + whole.substr(half + 4096));
  EXPECT_THAT(error_of(), AllOf(HasSubstr(file.native()), HasSubstr("it is damaged"), HasSubstr("move it away")));
}

TEST_F(DatabaseTest, AnotherKindOfFileIsLeftAsItIs) {
  folder.write("state.db", std::string(4096, 'x'));
  EXPECT_THAT(error_of(), HasSubstr("cannot be used: file is not a database"));
  EXPECT_EQ(folder.read("state.db"), std::string(4096, 'x'));
  EXPECT_THAT(error_of(folder.path()), HasSubstr("cannot be used: Is a directory"));
}

}  // namespace connector::database_test
