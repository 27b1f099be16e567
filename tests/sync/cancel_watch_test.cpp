#include "sync/cancel_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace connector::cancel_watch_test {

TEST(CancelWatch, TheFirstQuestionIsAnsweredBeforeTheFirstPayload) {
  CancelWatch watch([] { return true; }, 2);
  EXPECT_FALSE(watch.may_send());
  EXPECT_TRUE(watch.is_canceled());
}

TEST(CancelWatch, AsksOnceForEachPayload) {
  std::atomic<int> questions = 0;
  {
    CancelWatch watch([&] { return ++questions < 0; }, 1);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(watch.may_send());
    while (questions < 5) std::this_thread::yield();
  }
  EXPECT_EQ(questions, 5);
}

TEST(CancelWatch, ASlowAnswerHoldsNoPayloadUp) {
  std::latch asked_twice(1);
  std::atomic<int> questions = 0;
  CancelWatch watch(
      [&] {
        if (++questions > 1) asked_twice.wait();
        return false;
      },
      1);
  EXPECT_TRUE(watch.may_send());
  EXPECT_TRUE(watch.may_send());
  EXPECT_TRUE(watch.may_send());
  asked_twice.count_down();
}

TEST(CancelWatch, NothingIsSentAfterACancellation) {
  std::atomic<bool> canceled = false;
  CancelWatch watch([&] { return canceled.load(); }, 1);
  EXPECT_TRUE(watch.may_send());
  canceled = true;
  while (watch.may_send()) std::this_thread::yield();
  EXPECT_TRUE(watch.is_canceled());
  EXPECT_FALSE(watch.may_send());
}

TEST(CancelWatch, NothingIsSentAfterACancellationThatWasAskedForAtOnce) {
  bool canceled = false;
  CancelWatch watch([&] { return canceled; }, 1);
  EXPECT_FALSE(watch.ask_now());
  canceled = true;
  EXPECT_TRUE(watch.ask_now());
  EXPECT_TRUE(watch.is_canceled());
  EXPECT_FALSE(watch.may_send());
}

}  // namespace connector::cancel_watch_test
