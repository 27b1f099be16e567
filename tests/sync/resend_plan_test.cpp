#include "sync/resend_plan.h"

#include <gtest/gtest.h>

#include "support/temporary_folder.h"
#include "sync/undelivered.h"

namespace connector::resend_plan_test {

using test::TemporaryFolder;

namespace fs = std::filesystem;

class ResendPlanTest : public testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& portion, const std::string& records,
                 const std::string& more = "") const {
    return folder.write(name, R"({"payload":{"portion":")" + portion + R"(","sync_field":["ID"])" + more +
                                  R"(,"records":)" + records + "}}");
  }

  /// What is left of a file's records.
  static Json left(const ResendPlan& plan, const fs::path& file) {
    Json payload = Undelivered::read(file);
    plan.drop_replaced(payload);
    return payload["records"];
  }

  TemporaryFolder folder;
};

TEST_F(ResendPlanTest, OfTheSameRecordInSeveralRunsTheNewestWins) {
  const fs::path monday = write("b", "1", R"([{"ID":"x","V":1},{"ID":"y","V":1}])");
  const fs::path tuesday = write("a", "2", R"([{"ID":"x","V":2},{"ID":"x","V":3}])");
  const ResendPlan plan({monday, tuesday});
  EXPECT_EQ(left(plan, monday), parse_json(R"([{"ID":"y","V":1}])"));
  EXPECT_EQ(left(plan, tuesday).size(), 2U) << "one run may send a record in parts";
  EXPECT_EQ(plan.runs(), (std::vector<std::vector<fs::path>>{{monday}, {tuesday}}));
}

TEST_F(ResendPlanTest, PayloadsOfOneRunGoBesideEachOther) {
  const fs::path first = write("a", "1", "[{}]"), second = write("b", "1", "[{}]"), damaged = folder.write("c", "{");
  const ResendPlan plan({first, second, damaged});
  EXPECT_EQ(plan.runs(), (std::vector<std::vector<fs::path>>{{first, second}, {damaged}}));
}

TEST_F(ResendPlanTest, WhatWasDeliveredLaterIsReplacedAndIsNoPayload) {
  const fs::path kept = write("a.json", "1", R"([{"ID":"x","V":1},{"ID":"y","V":1}])");
  const fs::path delivered = write("b.delivered", "2", R"([{"ID":"x"}])");
  const ResendPlan plan({kept, delivered});
  EXPECT_EQ(plan.runs(), (std::vector<std::vector<fs::path>>{{kept}}));
  EXPECT_EQ(left(plan, kept), parse_json(R"([{"ID":"y","V":1}])"));
  const Json payload = parse_json(R"({"sync_field":["ID"],"records":[{"ID":"x"},{"ID":"y","V":2},{"ID":"z"}]})");
  EXPECT_EQ(plan.replacing(payload), parse_json(R"([{"ID":"y"}])"));
}

TEST_F(ResendPlanTest, ATestRunReplacesNothingNorDoRecordsWithoutASyncField) {
  const fs::path real = write("a", "1", R"([{"ID":"x"},{"ID":""},{"V":1}])");
  const fs::path test_run = write("b", "2", R"([{"ID":"x"},{"ID":""},{"V":1}])", R"(,"test_run":true)");
  const fs::path later = write("c", "3", R"([{"ID":""},{"V":1}])");
  EXPECT_EQ(left(ResendPlan({real, test_run, later}), real).size(), 3U);
}

}  // namespace connector::resend_plan_test
