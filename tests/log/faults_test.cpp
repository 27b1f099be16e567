#include "log/faults.h"

#include <gmock/gmock.h>

#include <memory>

namespace connector::faults_test {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Keeps lines of INFO and above.
class FaultLines final : public Log::Output {
 public:
  bool enabled(Level) const override { return true; }
  void write(Level level, const std::string& message) override {
    if (level >= Level::info) messages.push_back(message);
  }
  void hide(std::string_view) override {}
  std::string redact(std::string text) const override { return text; }

  std::vector<std::string> messages;
};

class FaultsTest : public testing::Test {
 protected:
  std::vector<std::string> reported() {
    lines->messages.clear();
    faults.report();
    return lines->messages;
  }

  std::shared_ptr<FaultLines> lines = std::make_shared<FaultLines>();
  Faults faults{Log(lines)};
};

TEST_F(FaultsTest, OfOneKindAreTwoLinesHoweverManyRecordsTheyMeet) {
  for (int i = 1; i <= 1000; ++i) {
    faults.note(Level::error, "converter x failed", "record " + std::to_string(i), "bad " + std::to_string(i));
  }
  EXPECT_THAT(lines->messages, ElementsAre("converter x failed: bad 1 (record 1)"));
  EXPECT_THAT(reported(),
              ElementsAre("1000 records: converter x failed: bad 1; for example record 1, record 2, record 3"));
}

TEST_F(FaultsTest, WithUnlikeReasonsAreOfUnlikeKinds) {
  for (const std::string id : {"a", "b", "c"}) {
    faults.note(Level::error, "record not sent", "computer " + id, "GET https://x/" + id + ": status 404: no " + id);
    faults.note(Level::error, "record not sent", "computer 1" + id, "GET https://x/" + id + ": status 500: down " + id);
    faults.note(Level::error, "record not sent", "computer 2" + id, "no 'field " + id + "' in it");
  }
  EXPECT_THAT(lines->messages, SizeIs(3));
  EXPECT_THAT(reported(),
              ElementsAre("3 records: record not sent: GET https://x/a: status 404: no a; for example computer a, "
                          "computer b, computer c",
                          "3 records: record not sent: GET https://x/a: status 500: down a; for example computer 1a, "
                          "computer 1b, computer 1c",
                          "3 records: record not sent: no 'field a' in it; for example computer 2a, computer 2b, "
                          "computer 2c"));
}

TEST_F(FaultsTest, OfOneRecordAreOneLine) {
  faults.note(Level::warning, "required field A is empty", "record 1");
  faults.note(Level::warning, "required field B is empty", "record 1");
  EXPECT_THAT(lines->messages, SizeIs(2));
  EXPECT_THAT(reported(), IsEmpty());
}

TEST_F(FaultsTest, OfTooManyKindsAreCountedTogether) {
  for (int i = 0; i < 1000; ++i) faults.note(Level::error, "kind " + std::to_string(i), "record 1");
  EXPECT_THAT(reported(), ElementsAre("900 records: other faults; for example record 1, record 1, record 1"));
}

TEST_F(FaultsTest, OfPartsOfTheSourceAreNoRecords) {
  faults.note_missing_part("orders of EU: status 500");
  EXPECT_THAT(lines->messages, ElementsAre("part of the source not read (orders of EU: status 500)"));
  faults.note_missing_part("orders of US: status 500");
  EXPECT_THAT(lines->messages, SizeIs(1));
  EXPECT_THAT(reported(),
              ElementsAre("2 parts of the source: not read; for example orders of EU: status 500, orders of "
                          "US: status 500"));
}

}  // namespace connector::faults_test
