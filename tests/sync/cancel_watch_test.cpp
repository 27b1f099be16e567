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

TEST(CancelWatch, AsksForEachOfTheFirstPayloadsAndLaterForAShare) {
  constexpr auto never = std::chrono::hours(1000);
  std::atomic<int> questions = 0;
  CancelWatch watch([&] { return ++questions < 0; }, 1, never);
  for (int payload = 1; payload <= 31; ++payload) {
    EXPECT_TRUE(watch.may_send());
    while (questions < payload) std::this_thread::yield();
  }
  for (int payload = 32; payload <= 10000; ++payload) EXPECT_TRUE(watch.may_send());
  EXPECT_LE(questions, 31 + 250);
}

TEST(CancelWatch, AsksWhenTheIntervalHasPassed) {
  std::atomic<int> questions = 0;
  CancelWatch watch([&] { return ++questions < 0; }, 1, CancelWatch::Clock::duration::zero());
  for (int payload = 1; payload <= 2000; ++payload) {
    EXPECT_TRUE(watch.may_send());
    while (questions < payload) std::this_thread::yield();
  }
}

TEST(CancelWatch, AnAnswerThatWasAskedForAtOnceCountsForThePayloads) {
  std::atomic<int> questions = 0;
  CancelWatch watch([&] { return ++questions < 0; }, 1);
  EXPECT_TRUE(watch.may_send());
  EXPECT_FALSE(watch.ask_now());
  EXPECT_EQ(questions, 2);
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
