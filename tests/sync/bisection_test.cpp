#include "sync/bisection.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>
#include <vector>

namespace connector::bisection_test {

using Outcome = Bisection::Outcome;

/// What became of a payload's records.
struct Search {
  std::size_t requests = 0;
  std::vector<std::size_t> taken;  ///< in order
  std::vector<std::size_t> bad;
};

/// judge: what Oomnitza says of the records from the first number up to, and without, the second.
Search search(std::size_t size, const std::function<Outcome(std::size_t, std::size_t)>& judge) {
  Search found;
  for (Bisection bisection(size); !bisection.is_done();) {
    const std::size_t begin = bisection.begin();
    const std::size_t end = bisection.end();
    if (begin >= end || end > size || ++found.requests > 10 * size) {
      ADD_FAILURE() << begin << " to " << end << " of " << size;
      break;
    }
    const Outcome outcome = judge(begin, end);
    for (std::size_t record = begin; record < end; ++record) {
      if (outcome == Outcome::dealt_with) found.taken.push_back(record);
      if (outcome != Outcome::dealt_with && end - begin == 1) found.bad.push_back(record);
    }
    bisection.note(outcome);
  }
  return found;
}

Search search_for(const std::set<std::size_t>& bad, std::size_t size = 100) {
  const Search found = search(size, [&](std::size_t begin, std::size_t end) {
    const auto first = bad.lower_bound(begin);
    return first != bad.end() && *first < end ? Outcome::refused : Outcome::dealt_with;
  });
  EXPECT_EQ(std::set(found.bad.begin(), found.bad.end()), bad);
  EXPECT_EQ(found.taken.size() + found.bad.size(), size);
  EXPECT_TRUE(std::is_sorted(found.taken.begin(), found.taken.end()));
  return found;
}

TEST(Bisection, SendsAGoodPayloadOnce) {
  EXPECT_EQ(search_for({}).requests, 1U);
  EXPECT_EQ(search_for({}, 1).requests, 1U);
  EXPECT_EQ(search_for({0}, 1).requests, 1U);
}

TEST(Bisection, FindsOneBadRecordAmongAHundredWithTenRequests) {
  for (std::size_t record = 0; record < 100; ++record) EXPECT_LE(search_for({record}).requests, 10U) << record;
}

TEST(Bisection, SendsAHundredBadRecordsLittleMoreThanOnceEach) {
  std::set<std::size_t> all;
  for (std::size_t record = 0; record < 100; ++record) all.insert(record);
  EXPECT_LE(search_for(all).requests, 112U);
}

TEST(Bisection, FindsAnyBadRecords) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    const std::size_t size = 1 + random() % 100;
    std::set<std::size_t> bad;
    for (std::size_t i = random() % (size + 1); i > 0; --i) bad.insert(random() % size);
    search_for(bad, size);
  }
}

TEST(Bisection, LosesNoRecordThatIsRefusedForItsCompany) {
  const Search found = search(100, [](std::size_t begin, std::size_t end) {
    return begin <= 20 && end > 70 ? Outcome::refused : Outcome::dealt_with;
  });
  EXPECT_EQ(found.taken.size(), 100U);
  const Search few = search(100, [](std::size_t begin, std::size_t end) {
    return end - begin > 10 ? Outcome::refused : Outcome::dealt_with;
  });
  EXPECT_EQ(few.taken.size(), 100U);
  EXPECT_LE(few.requests, 30U);
}

TEST(Bisection, SendsSmallerGroupsOfWhatIsTooLarge) {
  const Search found = search(100, [](std::size_t begin, std::size_t end) {
    return end - begin > 30 ? Outcome::too_large : Outcome::dealt_with;
  });
  EXPECT_EQ(found.taken.size(), 100U);
  EXPECT_EQ(found.requests, 6U);  // 100, 50, then four times 25
  const Search none = search(10, [](std::size_t, std::size_t) { return Outcome::too_large; });
  EXPECT_EQ(none.bad.size(), 10U);
}

}  // namespace connector::bisection_test
