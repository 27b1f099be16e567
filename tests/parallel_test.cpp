#include "connector/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <ranges>
#include <set>
#include <stdexcept>

#include "connector/error.h"

namespace connector::parallel_test {

std::vector<int> numbers(int count) {
  std::vector<int> list(static_cast<std::size_t>(count));
  std::iota(list.begin(), list.end(), 0);
  return list;
}

TEST(Parallel, ConsumesEachResultOnTheCallingThread) {
  std::set<int> results;
  const auto caller = std::this_thread::get_id();
  parallel(
      4, numbers(1000), [](int number) { return number * 2; },
      [&](int result) {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        EXPECT_TRUE(results.insert(result).second);
      });
  EXPECT_EQ(results.size(), 1000U);
  EXPECT_EQ(*results.rbegin(), 1998);
}

TEST(Parallel, FetchesOnAsManyThreadsAsThereAreWorkers) {
  std::mutex mutex;
  std::condition_variable all_there;
  int present = 0;
  const auto meet_the_others = [&](int number) {  // ends only when three calls are under way at once
    std::unique_lock lock(mutex);
    ++present;
    all_there.notify_all();
    all_there.wait(lock, [&] { return present >= 3; });
    return number;
  };
  int consumed = 0;
  parallel(3, numbers(3), meet_the_others, [&](int) { ++consumed; });
  EXPECT_EQ(consumed, 3);
}

TEST(Parallel, TakesNoMoreItemsThanWorkersAheadOfWhatIsConsumed) {
  std::atomic<int> taken = 0, consumed = 0;
  int furthest = 0;
  auto items = std::views::iota(0, 500) | std::views::transform([&](int number) {
                 furthest = std::max(furthest, ++taken - consumed);
                 return number;
               });
  parallel(
      3, items, [](int number) { return number; }, [&](int) { ++consumed; });
  EXPECT_EQ(consumed, 500);
  EXPECT_LE(furthest, 3);
}

TEST(Parallel, TakesAnEmptyRangeAndNoWorkersAsOne) {
  parallel(
      2, std::vector<int>{}, [](int number) { return number; }, [](int) { FAIL(); });
  std::vector<int> results;
  parallel(
      0, numbers(3), [](int number) { return number; }, [&](int result) { results.push_back(result); });
  EXPECT_EQ(results, numbers(3));
}

TEST(Parallel, HandsOverResultsThatCanOnlyBeMoved) {
  int sum = 0;
  std::vector<std::unique_ptr<int>> items;
  for (int i = 0; i < 10; ++i) items.push_back(std::make_unique<int>(i));
  parallel(
      2, items, [](const std::unique_ptr<int>& item) { return std::make_unique<int>(*item); },
      [&](std::unique_ptr<int> result) { sum += *result; });
  EXPECT_EQ(sum, 45);
}

TEST(Parallel, ThrowsOnWhatFetchThrowsAndKeepsWhatWasFetched) {
  std::set<int> results;
  const auto fetch = [](int number) {
    if (number == 20) throw std::runtime_error("device 20");
    return number;
  };
  try {
    parallel(2, numbers(1000), fetch, [&](int result) { results.insert(result); });
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "device 20");
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(results.contains(i)) << i;
  EXPECT_LT(results.size(), 1000U);
}

TEST(Parallel, ThrowsOnWhatConsumeThrows) {
  int consumed = 0;
  const auto consume = [&](int) {
    if (++consumed == 5) throw Stopped{};
  };
  EXPECT_THROW(parallel(
                   4, numbers(1000), [](int number) { return number; }, consume),
               Stopped);
  EXPECT_EQ(consumed, 5);
}

TEST(Parallel, ThrowsOnWhatTheItemsThrow) {
  auto items = std::views::iota(0, 100) | std::views::transform([](int number) {
                 if (number == 7) throw Stopped{};
                 return number;
               });
  int consumed = 0;
  EXPECT_THROW(parallel(
                   2, items, [](int number) { return number; }, [&](int) { ++consumed; }),
               Stopped);
  EXPECT_EQ(consumed, 7);
}

TEST(Parallel, AsksItemsThatFailedNoMore) {
  for (int round = 0; round < 200; ++round) {
    int asked = 0;
    auto items = std::views::iota(0, 100) | std::views::transform([&](int number) {
                   ++asked;
                   if (number == 7) throw Stopped{};
                   return number;
                 });
    EXPECT_THROW(parallel(
                     4, items, [](int number) { return number; }, [](int) {}),
                 Stopped);
    EXPECT_EQ(asked, 8);
  }
}

}  // namespace connector::parallel_test
