#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "server/inbox.h"
#include "server/section_worker.h"

namespace connector::server::inbox_test {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

/// What a store has, for the time after it; it can be held up, and fail.
struct Disk {
  std::vector<InboxEvent> events;
  std::atomic<bool> fails = false;
  std::atomic<int> transactions = 0;
  std::mutex busy;  ///< locked: transactions wait
};

class MemoryStore final : public InboxStore {
 public:
  explicit MemoryStore(Disk& disk) : disk_(disk) {}

  std::vector<InboxEvent> load() override { return disk_.events; }

  void update(const std::vector<InboxEvent>& added, const std::vector<std::int64_t>& removed) override {
    ++disk_.transactions;
    const std::lock_guard wait(disk_.busy);
    if (disk_.fails) throw std::runtime_error("no space left");
    for (const InboxEvent& event : added) {
      std::erase_if(disk_.events,
                    [&](const InboxEvent& old) { return old.section == event.section && old.key == event.key; });
      disk_.events.push_back(event);
    }
    for (const std::int64_t number : removed) {
      std::erase_if(disk_.events, [&](const InboxEvent& old) { return old.number == number; });
    }
  }

 private:
  Disk& disk_;
};

constexpr std::size_t capacity = 3;

class InboxTest : public testing::Test {
 protected:
  Inbox open() { return Inbox(std::make_unique<MemoryStore>(disk_), Log()); }

  static std::future<Inbox::Outcome> begin(Inbox& inbox, const std::string& key) {
    const auto outcome = std::make_shared<std::promise<Inbox::Outcome>>();
    inbox.add("casper", key, capacity, [outcome](Inbox::Outcome told) { outcome->set_value(told); });
    return outcome->get_future();
  }
  static Inbox::Outcome add(Inbox& inbox, const std::string& key) { return begin(inbox, key).get(); }

  static std::vector<std::string> keys(const std::vector<InboxEvent>& events) {
    std::vector<std::string> found;
    for (const InboxEvent& event : events) found.push_back(event.key);
    return found;
  }
  std::vector<std::string> stored() const { return keys(disk_.events); }

  Disk disk_;
  std::stop_source stop_;
};

TEST_F(InboxTest, HandsOutWhatCameInOrderOnce) {
  Inbox inbox = open();
  for (const char* key : {"7", "3", "9"}) EXPECT_EQ(add(inbox, key), Inbox::Outcome::accepted);
  EXPECT_THAT(stored(), ElementsAre("7", "3", "9"));
  EXPECT_EQ(inbox.waiting("casper"), 3U);
  const auto first = inbox.take("casper", 2, stop_.get_token());
  EXPECT_THAT(keys(first), ElementsAre("7", "3"));
  EXPECT_THAT(keys(inbox.take("casper", 2, stop_.get_token())), ElementsAre("9"));
  EXPECT_EQ(inbox.waiting("casper"), 0U);
  EXPECT_THAT(inbox.left(), ElementsAre(Pair("casper", 3U)));
  EXPECT_THAT(stored(), SizeIs(3)) << "they are under way";
  inbox.forget(first);
  inbox.close();
  EXPECT_THAT(stored(), ElementsAre("9"));
  EXPECT_THAT(inbox.left(), ElementsAre(Pair("casper", 1U)));
}

TEST_F(InboxTest, MergesEventsOfARecordThatWaits) {
  Inbox inbox = open();
  EXPECT_EQ(add(inbox, "7"), Inbox::Outcome::accepted);
  EXPECT_EQ(add(inbox, "7"), Inbox::Outcome::accepted);
  EXPECT_THAT(keys(inbox.take("casper", 9, stop_.get_token())), ElementsAre("7"));
}

TEST_F(InboxTest, KeepsAnEventThatComesWhileItsRecordIsRead) {
  {
    Inbox inbox = open();
    add(inbox, "7");
    const auto taken = inbox.take("casper", 9, stop_.get_token());
    EXPECT_EQ(add(inbox, "7"), Inbox::Outcome::accepted);
    EXPECT_EQ(inbox.waiting("casper"), 1U);
    inbox.forget(taken);
  }
  EXPECT_THAT(stored(), ElementsAre("7")) << "the later one";
}

TEST_F(InboxTest, TellsWhenTooManyWait) {
  Inbox inbox = open();
  for (const char* key : {"1", "2", "3"}) add(inbox, key);
  EXPECT_EQ(add(inbox, "4"), Inbox::Outcome::full);
  EXPECT_EQ(add(inbox, "3"), Inbox::Outcome::accepted) << "it takes no room";
  inbox.take("casper", 1, stop_.get_token());
  EXPECT_EQ(add(inbox, "4"), Inbox::Outcome::accepted);
}

TEST_F(InboxTest, OutlastsTheProcess) {
  {
    Inbox inbox = open();
    for (const char* key : {"1", "2", "3"}) add(inbox, key);
    inbox.forget(inbox.take("casper", 1, stop_.get_token()));
    inbox.take("casper", 1, stop_.get_token());  // and then it crashes
  }
  Inbox inbox = open();
  EXPECT_EQ(inbox.waiting("casper"), 2U);
  EXPECT_EQ(add(inbox, "3"), Inbox::Outcome::accepted);
  EXPECT_EQ(add(inbox, "9"), Inbox::Outcome::accepted);
  EXPECT_THAT(keys(inbox.take("casper", 9, stop_.get_token())), ElementsAre("2", "3", "9"));
}

TEST_F(InboxTest, StoresWhatComesTogetherTogether) {
  Inbox inbox = open();
  std::vector<std::future<Inbox::Outcome>> outcomes;
  {
    const std::lock_guard hold(disk_.busy);
    outcomes.push_back(begin(inbox, "1"));
    while (disk_.transactions == 0) std::this_thread::yield();
    for (const char* key : {"2", "3", "3"}) outcomes.push_back(begin(inbox, key));
    EXPECT_EQ(outcomes.back().wait_for(std::chrono::seconds(0)), std::future_status::timeout) << "not stored yet";
  }
  for (auto& outcome : outcomes) EXPECT_EQ(outcome.get(), Inbox::Outcome::accepted);
  EXPECT_EQ(disk_.transactions, 2);
}

TEST_F(InboxTest, RefusesWhatCannotBeStored) {
  Inbox inbox = open();
  disk_.fails = true;
  EXPECT_EQ(add(inbox, "1"), Inbox::Outcome::not_stored);
  EXPECT_EQ(inbox.waiting("casper"), 0U);
  disk_.fails = false;
  EXPECT_EQ(add(inbox, "1"), Inbox::Outcome::accepted);
  EXPECT_THAT(keys(inbox.take("casper", 9, stop_.get_token())), ElementsAre("1"));
}

TEST_F(InboxTest, RefusesADuplicateOfWhatCannotBeStored) {
  Inbox inbox = open();
  disk_.fails = true;
  std::future<Inbox::Outcome> first, second;
  {
    const std::lock_guard hold(disk_.busy);
    first = begin(inbox, "1");
    while (disk_.transactions == 0) std::this_thread::yield();
    second = begin(inbox, "1");
  }
  EXPECT_EQ(first.get(), Inbox::Outcome::not_stored);
  EXPECT_EQ(second.get(), Inbox::Outcome::not_stored);
}

TEST_F(InboxTest, AStopEndsTheWaitOnceNothingIsLeft) {
  Inbox inbox = open();
  add(inbox, "1");
  stop_.request_stop();
  EXPECT_THAT(inbox.take("casper", 9, stop_.get_token()), SizeIs(1));
  EXPECT_THAT(inbox.take("casper", 9, stop_.get_token()), IsEmpty());
}

TEST_F(InboxTest, WhatIsAboutToBeStoredIsWaitedForAfterAStop) {
  Inbox inbox = open();
  stop_.request_stop();
  std::future<std::vector<InboxEvent>> taken;
  {
    const std::lock_guard hold(disk_.busy);
    begin(inbox, "1");
    taken = std::async(std::launch::async, [&] { return inbox.take("casper", 9, stop_.get_token()); });
  }
  EXPECT_THAT(keys(taken.get()), ElementsAre("1"));
}

TEST_F(InboxTest, TakesNothingOnceItIsClosed) {
  Inbox inbox = open();
  inbox.close();
  EXPECT_EQ(add(inbox, "1"), Inbox::Outcome::full);
}

TEST_F(InboxTest, NeedsNoStore) {
  Inbox inbox(nullptr, Log());
  EXPECT_EQ(add(inbox, "1"), Inbox::Outcome::accepted);
  EXPECT_THAT(keys(inbox.take("casper", 9, stop_.get_token())), ElementsAre("1"));
}

TEST_F(InboxTest, AWorkerCountsAndForgetsWhatItWorkedOff) {
  {
    Inbox inbox = open();
    for (const char* key : {"1", "2", "3"}) add(inbox, key);
    SectionWorker worker(
        "casper", inbox,
        [](const std::vector<std::string>& all) -> std::optional<std::size_t> { return all.size() - 2; },
        {.stop = stop_.get_token(), .give_up = {}});
    stop_.request_stop();
    worker.start();
    worker.finish();
    EXPECT_EQ(worker.failed(), 1U);
    EXPECT_EQ(worker.done(), 2U);
    EXPECT_THAT(inbox.left(), IsEmpty());
  }
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(InboxTest, WhatCouldNotBeginIsTriedAgainInTheSameOrder) {
  std::vector<std::vector<std::string>> asked;
  {
    Inbox inbox = open();
    for (const char* key : {"1", "2"}) add(inbox, key);
    SectionWorker worker(
        "casper", inbox,
        [&](const std::vector<std::string>& all) -> std::optional<std::size_t> {
          asked.push_back(all);
          if (asked.size() == 1) {
            add(inbox, "2");  // waits already, in effect
            return std::nullopt;
          }
          stop_.request_stop();
          return 0;
        },
        {.stop = stop_.get_token(), .give_up = {}}, std::chrono::milliseconds(1));
    worker.start();
    worker.finish();
    EXPECT_EQ(worker.done(), 2U);
    EXPECT_EQ(worker.failed(), 0U);
  }
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_THAT(asked[1], testing::UnorderedElementsAre("1", "2"));
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(InboxTest, AWorkerThatIsInterruptedKeepsItsEvents) {
  {
    Inbox inbox = open();
    add(inbox, "1");
    std::stop_source give_up;
    SectionWorker worker("casper", inbox,
                         [&](const std::vector<std::string>&) -> std::optional<std::size_t> {
                           give_up.request_stop();
                           return std::nullopt;
                         },
                         {.stop = stop_.get_token(), .give_up = give_up.get_token()});
    worker.start();
    worker.finish();
    EXPECT_EQ(worker.done(), 0U);
    EXPECT_THAT(inbox.left(), ElementsAre(Pair("casper", 1U)));
  }
  EXPECT_THAT(stored(), ElementsAre("1"));
}

}  // namespace connector::server::inbox_test
