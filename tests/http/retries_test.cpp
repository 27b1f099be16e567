#include "http/retries.h"

#include <gtest/gtest.h>

namespace connector::http::retries_test {

using std::chrono::seconds;

const auto now = std::chrono::system_clock::from_time_t(784111770);  // Sun, 06 Nov 1994 08:49:30 GMT

TEST(WaitBefore, FollowsTheList) {
  std::vector<long> waits;
  for (int retry = 0; retry < 10; ++retry) waits.push_back(wait_before(retry, {}, now).count());
  EXPECT_EQ(waits, (std::vector<long>{0, 1, 2, 4, 8, 16, 32, 64, 120, 120}));
}

TEST(WaitBefore, TakesRetryAfterInSecondsOrAsADate) {
  EXPECT_EQ(wait_before(3, "7", now), seconds(7));
  EXPECT_EQ(wait_before(3, "0", now), seconds(0));
  EXPECT_EQ(wait_before(3, "Sun, 06 Nov 1994 08:49:37 GMT", now), seconds(7));
  EXPECT_EQ(wait_before(3, "Sunday, 06-Nov-94 08:49:37 GMT", now), seconds(7));
  EXPECT_EQ(wait_before(3, "Sun Nov  6 08:49:37 1994", now), seconds(7));
  EXPECT_EQ(wait_before(3, "Sun, 06 Nov 1994 08:00:00 GMT", now), seconds(0));
}

TEST(WaitBefore, WaitsAQuarterOfAnHourAtMost) {
  EXPECT_EQ(wait_before(3, "901", now), seconds(900));
  EXPECT_EQ(wait_before(3, "99999999999999999999999", now), seconds(900));
  EXPECT_EQ(wait_before(3, "Mon, 07 Nov 2033 08:49:37 GMT", now), seconds(900));
  EXPECT_EQ(wait_before(3, "Fri, 31 Dec 9999 23:59:59 GMT", now), seconds(900));
}

TEST(WaitBefore, FallsBackToTheListForWhatItCannotRead) {
  for (const char* text : {"", "soon", "-5", "1.5", "5, 10", "Sometime"}) {
    EXPECT_EQ(wait_before(3, text, now), seconds(4)) << text;
  }
}

std::optional<std::string> retry_after(int status, const Headers& headers, ResetUnit unit = ResetUnit::either) {
  return retry_after_of({.status = status, .headers = headers, .body = {}, .url = {}, .method = {}}, unit, now);
}

TEST(RetryAfterOf, TakesTheEndOfARateLimitWhereThereIsNoRetryAfter) {
  EXPECT_EQ(retry_after(429, {{"X-Rate-Limit-Reset", "1784111777"}}), "1000000007");
  EXPECT_EQ(retry_after(429, {{"X-Rate-Limit-Reset", "1000000000"}}), "215888230");
  EXPECT_EQ(retry_after(429, {{"X-RateLimit-Reset", "35"}}), "35");
  EXPECT_EQ(retry_after(429, {{"X-Rate-Limit-Reset", "1784111777"}, {"Retry-After", "3"}}), "3");
  EXPECT_EQ(retry_after(503, {{"X-Rate-Limit-Reset", "1784111777"}}), std::nullopt);
  EXPECT_EQ(retry_after(429, {{"X-Rate-Limit-Reset", "soon"}}), std::nullopt);
  EXPECT_EQ(retry_after(429, {{"X-Rate-Limit-Reset", "1784111777000"}}), std::nullopt);
  EXPECT_EQ(retry_after(429, {}), std::nullopt);
}

TEST(RetryAfterOf, ReadsTheResetInTheUnitOfTheVendor) {
  EXPECT_EQ(retry_after(429, {{"X-RateLimit-Reset", "784111777"}}, ResetUnit::epoch_seconds), "7");
  EXPECT_EQ(retry_after(429, {{"X-RateLimit-Reset", "35"}}, ResetUnit::epoch_seconds), "0");
  EXPECT_EQ(retry_after(429, {{"X-RateLimit-Reset", "784111777"}}, ResetUnit::seconds_left), "784111777");
  EXPECT_EQ(retry_after(429, {{"X-RateLimit-Reset", "1784111777"}}, ResetUnit::seconds_left), "1784111777");
}

TEST(RetryAfterOf, WaitsNotForAMomentThatHasPassed) {
  const auto later = std::chrono::system_clock::from_time_t(1800000000);
  const Response response{
      .status = 429, .headers = {{"X-Rate-Limit-Reset", "1799999999"}}, .body = {}, .url = {}, .method = {}};
  EXPECT_EQ(retry_after_of(response, ResetUnit::either, later), "0");
}

TEST(WaitForReal, EndsWithAStop) {
  std::stop_source stop;
  stop.request_stop();
  wait_for_real(seconds(3600), stop.get_token());
}

}  // namespace connector::http::retries_test
