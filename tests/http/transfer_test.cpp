#include "http/transfer.h"

#include <gtest/gtest.h>

namespace connector::http::transfer_test {

using std::chrono::seconds;

TEST(Transfer, ABodyThatDripsIsGivenUp) {
  const Address address;
  const Headers headers;
  const std::string none;
  const std::function<void(std::string_view)> sink;
  const Exchange exchange{.method = "GET",
                          .address = address,
                          .headers = headers,
                          .body = none,
                          .idle_timeout = seconds(300),
                          .time_limit = seconds(0),
                          .max_body = 1,
                          .sink = sink};
  const StopClock stop({}, {}, {});
  Transfer transfer{.exchange = exchange, .stop = stop, .handle = nullptr};
  const auto drips = [&](seconds later, std::size_t bytes) {
    transfer.last_byte += later;
    return transfer.drips(bytes);
  };
  EXPECT_FALSE(drips(seconds(299), 10)) << "five minutes are not over";
  EXPECT_TRUE(drips(seconds(2), 10));
  EXPECT_FALSE(drips(seconds(2), 40'000));
  EXPECT_FALSE(drips(seconds(300), 1)) << "30,000 bytes came in these";
  EXPECT_TRUE(drips(seconds(300), 29'000)) << "and fewer in those";
}

}  // namespace connector::http::transfer_test
