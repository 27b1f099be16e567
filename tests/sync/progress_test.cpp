#include "sync/progress.h"

#include <gtest/gtest.h>

#include "sync/summary_table.h"

namespace connector::progress_test {

using namespace std::chrono_literals;

TEST(ProgressText, SaysHowFarASyncIs) {
  EXPECT_EQ((Progress{.read = 1200, .expected = 5000, .in_flight = 2, .elapsed = 3000ms}.text()),
            "1200 of 5000 records (24 %), 400/s, 2 payloads in flight, 0:03, ETA 0:09");
  EXPECT_EQ((Progress{.read = 1200, .expected = 0, .in_flight = 0, .elapsed = 3723s}.text()),
            "1200 records, 0/s, 0 payloads in flight, 1:02:03");
}

TEST(ProgressText, DoesNotBelieveACountThatWasTooLow) {
  EXPECT_EQ((Progress{.read = 1200, .expected = 100, .in_flight = 0, .elapsed = 1s}.text()),
            "1200 records, 1200/s, 0 payloads in flight, 0:01");
}

TEST(ProgressText, IsThereBeforeTheFirstRecord) {
  EXPECT_EQ((Progress{.read = 0, .expected = 10, .in_flight = 0, .elapsed = 0s}.text()),
            "0 of 10 records (0 %), 0/s, 0 payloads in flight, 0:00");
}

Summary summary(std::size_t pulled, std::size_t delivered) {
  Summary made;
  made.pulled = pulled;
  made.delivered = delivered;
  made.skipped = pulled - delivered;
  made.seconds = 1.25;
  return made;
}

TEST(SummaryTable, HasALineForEachSectionAndTheirTotal) {
  EXPECT_EQ(summary_table({{"csv_assets", summary(5000, 4983)}, {"ldap.Київ", summary(12, 12)}}),
            "section     read  filtered  skipped  failed  delivered  undelivered  seconds\n"
            "csv_assets  5000         0       17       0       4983            0      1.2\n"
            "ldap.Київ     12         0        0       0         12            0      1.2\n"
            "total       5012         0       17       0       4995            0      2.5\n");
}

TEST(SummaryTable, SaysWhatWouldBeDeliveredAndWhatWasNotSent) {
  Summary tested = summary(10, 10);
  tested.is_rehearsal = true;
  EXPECT_EQ(summary_table({{"ldap", tested}}),
            "section  read  filtered  skipped  failed  would be delivered  undelivered  seconds\n"
            "ldap       10         0        0       0                  10            0      1.2\n");
  Summary canceled = summary(10, 10);
  canceled.not_sent = 3;
  EXPECT_NE(summary_table({{"ldap", canceled}}).find("not sent"), std::string::npos);
}

}  // namespace connector::progress_test
