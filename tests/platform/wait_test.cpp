#include "platform/wait.h"

#include <gtest/gtest.h>

#include <thread>

namespace connector::wait_test {

using namespace std::chrono_literals;

TEST(WaitFor, TellsWhetherTheTimeHasPassed) {
  std::stop_source source;
  EXPECT_TRUE(wait_for(1ms, source.get_token()));
  const std::jthread stopper([&] { source.request_stop(); });
  EXPECT_FALSE(wait_for(1h, source.get_token()));
  EXPECT_FALSE(wait_for(1h, source.get_token())) << "stopped before";
}

}  // namespace connector::wait_test
