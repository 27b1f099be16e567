#include "managed/loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <vector>

namespace connector::managed::loop_test {

TEST(Syncs, OfOneIntegrationRunOneAfterTheOther) {
  std::mutex mutex;
  std::vector<int> order;
  int under_way = 0;
  int most = 0;
  {
    Syncs syncs(
        [&](const Json& configuration) {
          {
            const std::lock_guard lock(mutex);
            most = std::max(most, ++under_way);
          }
          const std::lock_guard lock(mutex);
          order.push_back(configuration.get<int>());
          --under_way;
        },
        8);
    for (int i = 0; i < 20; ++i) syncs.start("same", i);
    syncs.finish();
  }
  EXPECT_EQ(most, 1);
  ASSERT_EQ(order.size(), 20U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Syncs, OfSeveralIntegrationsRunBesideEachOther) {
  std::latch both(2);
  Syncs syncs([&](const Json&) { both.arrive_and_wait(); }, 2);
  syncs.start("one", 1);
  syncs.start("two", 2);
  syncs.finish();  // would not come back if one waited for the other
  SUCCEED();
}

TEST(Syncs, ThatWaitForTheirTurnCanBeDropped) {
  std::latch go(1);
  int runs = 0;
  Syncs syncs(
      [&](const Json&) {
        go.wait();
        ++runs;
      },
      1);
  syncs.start("one", 1);
  syncs.start("one", 2);
  syncs.start("two", 3);
  EXPECT_EQ(syncs.drop_waiting(), 2U);
  go.count_down();
  syncs.finish();
  EXPECT_EQ(runs, 1);
}

}  // namespace connector::managed::loop_test
