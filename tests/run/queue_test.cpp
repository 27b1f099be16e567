#include "run/queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace connector::queue_test {

TEST(Queue, HandsOutWhatWasPutInAlsoAfterClosing) {
  Queue<int> queue(3);
  queue.push(1);
  queue.push(2);
  queue.close();
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(Queue, AFastProducerWaitsForRoom) {
  Queue<int> queue(2);
  std::atomic<int> pushed = 0;
  std::jthread producer([&] {
    for (int i = 0; i < 10; ++i) {
      queue.push(i);
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

TEST(Queue, TakesItemsThatCanOnlyBeMoved) {
  Queue<std::unique_ptr<int>> queue(1);
  queue.push(std::make_unique<int>(7));
  EXPECT_EQ(**queue.pop(), 7);
}

}  // namespace connector::queue_test
