#include "state/report_state.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "support/temporary_folder.h"

namespace connector::report_state_test {

using test::TemporaryFolder;
using Uids = std::set<std::string>;

class ReportStateTest : public testing::Test {
 protected:
  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "state.db";
  const ReportSource source{"reports_connectors", "68"};
  const ReportSource other{"dashboards", "68"};

  /// Runs SQL as another program would; the rows, their values separated by '|'.
  std::vector<std::string> sql(const std::string& text) const {
    sqlite3* opened = nullptr;
    EXPECT_EQ(sqlite3_open(file.c_str(), &opened), SQLITE_OK);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, sqlite3_close);
    std::vector<std::string> rows;
    const auto add = [](void* into, int count, char** values, char**) {
      std::string row;
      for (int i = 0; i < count; ++i) row += (i ? "|" : "") + std::string(values[i] ? values[i] : "NULL");
      static_cast<std::vector<std::string>*>(into)->push_back(row);
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(opened, text.c_str(), add, &rows, nullptr), SQLITE_OK) << sqlite3_errmsg(opened);
    return rows;
  }
};

TEST_F(ReportStateTest, BeginsAtZeroAndOutlivesTheObject) {
  {
    ReportState state(file);
    EXPECT_EQ(state.done_until(source), 0);
    EXPECT_EQ(state.done_beyond(source), Uids());
    state.advance(source, 1700000000);
  }
  const ReportState state(file);
  EXPECT_EQ(state.done_until(source), 1700000000);
  EXPECT_EQ(state.done_until(other), 0);
}

TEST_F(ReportStateTest, TheTablesAreTheSharedOnes) {
  ReportState state(file);
  state.settle(source, "u-1", 100, 100);
  state.settle(source, "u-3", 300, 100);
  EXPECT_EQ(sql("SELECT data_source_type, data_source_id, typeof(data_source_id), creation_date, typeof(creation_date) "
                "FROM media_storage_state"),
            std::vector<std::string>{"reports_connectors|68|text|100|integer"});
  EXPECT_EQ(sql("SELECT data_source_type, data_source_id, uid, creation_date FROM media_storage_done"),
            std::vector<std::string>{"reports_connectors|68|u-3|300"});
}

TEST_F(ReportStateTest, TakesUpTheFileOfThePythonConnector) {
  sql("CREATE TABLE media_storage_state (data_source_type text, data_source_id text, creation_date int, "
      "PRIMARY KEY (data_source_type, data_source_id));"
      "INSERT INTO media_storage_state VALUES ('reports_connectors', 68, 1690000000), ('dashboards', '68', NULL)");
  const ReportState before(file, ReportState::Access::read);
  EXPECT_EQ(before.done_until(source), 1690000000);
  EXPECT_EQ(before.done_beyond(source), Uids());

  ReportState state(file);
  EXPECT_EQ(state.done_until(source), 1690000000);
  EXPECT_EQ(state.done_until(other), 0);
  state.settle(source, "u", 1700000000, 1700000000);
  state.settle(other, "v", 5, 5);
  EXPECT_EQ(sql("SELECT * FROM media_storage_state ORDER BY 1"),
            (std::vector<std::string>{"dashboards|68|5", "reports_connectors|68|1700000000"}));
}

TEST_F(ReportStateTest, NeverGoesBack) {
  ReportState state(file);
  state.advance(source, 200);
  state.advance(source, 100);
  EXPECT_EQ(state.done_until(source), 200);
  state.settle(source, "late", 150, 0);
  EXPECT_EQ(state.done_until(source), 200);
  EXPECT_EQ(state.done_beyond(source), Uids()) << "what the state covers needs no row";
}

TEST_F(ReportStateTest, RowsThatTheStateHasPassedAreDeleted) {
  ReportState state(file);
  state.settle(source, "u-2", 200, 0);
  state.settle(source, "u-3", 300, 0);
  state.settle(source, "u-3", 300, 0);
  state.settle(other, "w", 10, 0);
  EXPECT_EQ(state.done_until(source), 0);
  EXPECT_EQ(state.done_beyond(source), (Uids{"u-2", "u-3"}));
  state.settle(source, "u-1", 100, 200);
  EXPECT_EQ(state.done_until(source), 200);
  EXPECT_EQ(state.done_beyond(source), Uids{"u-3"});
  state.advance(source, 300);
  EXPECT_EQ(state.done_beyond(source), Uids());
  EXPECT_EQ(state.done_beyond(other), Uids{"w"});
}

TEST_F(ReportStateTest, ReadingMakesNoFileAndNoTables) {
  EXPECT_EQ(ReportState(file, ReportState::Access::read).done_until(source), 0);
  EXPECT_FALSE(std::filesystem::exists(file));
  sql("CREATE TABLE something (x)");
  EXPECT_EQ(ReportState(file, ReportState::Access::read).done_beyond(source), Uids());
  EXPECT_EQ(sql("SELECT name FROM sqlite_master"), std::vector<std::string>{"something"});
}

TEST_F(ReportStateTest, MakesItsFolder) {
  const auto deep = folder.path() / "a" / "b" / "state.db";
  ReportState(deep).advance(source, 1);
  EXPECT_TRUE(std::filesystem::exists(deep));
}

TEST_F(ReportStateTest, WaitsForAnotherWriter) {
  ReportState state(file);
  sqlite3* other_program = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other_program), SQLITE_OK);
  sqlite3_busy_timeout(other_program, 10'000);  // who waits for the write lock holds a read lock now and then
  ASSERT_EQ(sqlite3_exec(other_program, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  std::atomic<bool> waits = false;
  {
    const std::jthread writer([&] {
      waits.wait(false);
      EXPECT_EQ(ReportState(file, ReportState::Access::read).done_until(source), 0);  // gives the other one time
      EXPECT_EQ(sqlite3_exec(other_program, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
    });
    waits = true;
    waits.notify_one();
    state.advance(source, 100);
  }
  sqlite3_close(other_program);
  EXPECT_EQ(state.done_until(source), 100);
}

TEST_F(ReportStateTest, SyncsUseTheFileAtTheSameTime) {
  constexpr int syncs = 4;
  constexpr int reports = 5;
  {
    std::vector<std::jthread> threads;
    for (int sync = 0; sync < syncs; ++sync) {
      threads.emplace_back([this, sync] {
        for (int i = 1; i <= reports; ++i) {
          ReportState state(file);
          state.settle(source, fmt::format("{}-{}", sync, i), 1000 + i, i * syncs + sync);
          state.settle({"dashboards", std::to_string(sync)}, "u", i, i);
        }
      });
    }
  }
  const ReportState state(file);
  EXPECT_EQ(state.done_until(source), reports * syncs + syncs - 1);
  EXPECT_EQ(state.done_beyond(source).size(), std::size_t{syncs * reports});
  for (int sync = 0; sync < syncs; ++sync) EXPECT_EQ(state.done_until({"dashboards", std::to_string(sync)}), reports);
}

TEST_F(ReportStateTest, AFileThatIsNoDatabaseIsAnErrorThatNamesIt) {
  folder.write("state.db", std::string(4096, 'x'));
  try {
    const ReportState state(file);
    ADD_FAILURE() << "no error";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find(file.string() + " cannot be used: file is not a database"),
              std::string::npos)
        << error.what();
  }
  EXPECT_EQ(folder.read("state.db"), std::string(4096, 'x'));
  EXPECT_THROW(ReportState(folder.path()), std::runtime_error);
}

}  // namespace connector::report_state_test
