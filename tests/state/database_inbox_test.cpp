#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/database_inbox.h"
#include "support/temporary_folder.h"

namespace connector::database_inbox_test {

using testing::ElementsAre;

class DatabaseInboxTest : public testing::Test {
 protected:
  /// "number section key", read by another connection.
  std::vector<std::string> stored() const {
    std::vector<std::string> lines;
    for (const InboxEvent& event : DatabaseInbox(folder_.path()).load()) {
      lines.push_back(std::to_string(event.number) + " " + event.section + " " + event.key);
    }
    return lines;
  }

  test::TemporaryFolder folder_;
  DatabaseInbox inbox_{folder_.path()};
};

TEST_F(DatabaseInboxTest, KeepsEventsInOrder) {
  inbox_.update({{2, "casper", "7"}, {1, "casper.MDM", "7"}}, {});
  inbox_.update({{3, "casper", "8"}}, {1, 99});
  EXPECT_THAT(stored(), ElementsAre("2 casper 7", "3 casper 8"));
}

TEST_F(DatabaseInboxTest, ALaterEventTakesThePlaceOfTheOneBefore) {
  inbox_.update({{1, "casper", "7"}}, {});
  inbox_.update({{2, "casper", "7"}}, {});
  inbox_.update({}, {1});
  EXPECT_THAT(stored(), ElementsAre("2 casper 7"));
}

TEST_F(DatabaseInboxTest, AnUpdateIsDoneAsAWholeOrNotAtAll) {
  inbox_.update({{1, "casper", "7"}}, {});
  const Database other(folder_.path() / state_file_name);
  Database::Statement(other,
                      "CREATE TRIGGER refuse BEFORE INSERT ON inbox WHEN new.key = 'x' BEGIN "
                      "SELECT RAISE(ABORT, 'refused'); END")
      .run();
  EXPECT_THROW(inbox_.update({{2, "casper", "8"}, {3, "casper", "x"}}, {1}), std::runtime_error);
  EXPECT_THAT(stored(), ElementsAre("1 casper 7"));
  inbox_.update({{2, "casper", "8"}}, {1});
  EXPECT_THAT(stored(), ElementsAre("2 casper 8"));
}

}  // namespace connector::database_inbox_test
