// What drivers may do that PostgreSQL's does not.
#include "sccm/database.h"

#include <gtest/gtest.h>

#include "support/odbc_drivers.h"

namespace connector::odbc::database_test {

struct Outcome {
  std::vector<std::string> rows;
  std::string error;
};

/// way: how the scripted driver answers.
Outcome read(const std::string& way) {
  test::set_up_odbc();
  Outcome outcome;
  try {
    Database database({.driver = "Scripted", .server = "s", .database = way, .username = "", .password = {}}, {});
    const std::unique_ptr<Result> result = database.query("SELECT n, t", "software");
    while (result->next()) outcome.rows.push_back(to_text(result->object()));
  } catch (const SourceError& error) {
    outcome.error = error.what();
  }
  return outcome;
}

const std::vector<std::string> all = {R"({"n":1,"t":"text 1"})", R"({"n":2,"t":"text 2"})", R"({"n":3,"t":"text 3"})"};

TEST(OdbcResult, BlocksOfRowsOrOneByOneAndWarnings) {
  for (const char* way : {"well", "no blocks", "warns"}) {
    const Outcome outcome = read(way);
    EXPECT_EQ(outcome.rows, all) << way;
    EXPECT_EQ(outcome.error, "") << way;
  }
}

TEST(OdbcResult, RowsAndTheErrorBehindThemInOneAnswer) {
  const Outcome broken_off = read("breaks off");
  EXPECT_EQ(broken_off.rows, all);
  EXPECT_EQ(broken_off.error, "the software query failed: [22012] divide by zero");

  const Outcome lost = read("loses the connection");
  EXPECT_EQ(lost.rows, all);
  EXPECT_EQ(lost.error, "the software query failed: [08S01] connection lost");

  const Outcome bad_row = read("bad row");
  EXPECT_EQ(bad_row.rows, std::vector(all.begin(), all.begin() + 1));
  EXPECT_EQ(bad_row.error, "the software query failed: [01S01] error in row");
}

TEST(OdbcResult, AStringThatIsCutIsNotTaken) {
  EXPECT_EQ(read("longer than declared").error,
            "software: a string in the column t is longer than the ODBC driver says it can be");
}

}  // namespace connector::odbc::database_test
