#include "text/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace connector::table_test {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Table, ColumnsStandBelowEachOther) {
  EXPECT_THAT(aligned_lines({{"name", "count", "state"}, {"ä", "10", ""}, {"long name", "2", "failed"}},
                            {Align::left, Align::right, Align::left}),
              ElementsAre("name       count  state", "ä             10", "long name      2  failed"));
  EXPECT_THAT(aligned_lines({}, {Align::left}), IsEmpty());
}

}  // namespace connector::table_test
