#include "connector/queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

namespace connector::queue_test {

TEST(Queue, HandsOutWhatWasPutInAlsoAfterClosing) {
  Queue<int> queue(3, 3);
  queue.push(1, 1);
  queue.push(2, 1);
  queue.close();
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(Queue, AFastProducerWaitsForRoom) {
  Queue<int> queue(2, 100);
  std::atomic<int> pushed = 0;
  std::jthread producer([&] {
    for (int i = 0; i < 10; ++i) {
      queue.push(i, 1);
      ++pushed;
    }
    queue.close();
  });
  for (int expected = 0; expected < 10; ++expected) {
    EXPECT_EQ(queue.pop(), expected);
    EXPECT_LE(pushed, expected + 4);
  }
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(Queue, IsFullWithFewHeavyItems) {
  constexpr int items = 20;
  Queue<int> queue(items, 10);
  std::atomic<int> pushed = 0;
  std::jthread producer([&] {
    for (int i = 0; i < items; ++i) {
      queue.push(i, 6);
      ++pushed;
    }
    queue.close();
  });
  for (int expected = 0; expected < items; ++expected) {
    while (pushed < std::min(expected + 2, items)) std::this_thread::yield();
    EXPECT_LE(pushed, expected + 2);
    EXPECT_EQ(queue.pop(), expected);
  }
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(Queue, TakesAnItemThatIsHeavierThanAllItMayHold) {
  Queue<int> queue(2, 10);
  queue.push(1, 1000);
  EXPECT_EQ(queue.pop(), 1);
  queue.push(2, 9);
  queue.push(3, 1000);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), 3);
}

TEST(Queue, TakesItemsThatCanOnlyBeMoved) {
  Queue<std::unique_ptr<int>> queue(1, 1);
  queue.push(std::make_unique<int>(7), 1);
  EXPECT_EQ(**queue.pop(), 7);
}

}  // namespace connector::queue_test
