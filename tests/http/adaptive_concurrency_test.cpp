#include "http/adaptive_concurrency.h"

#include <gtest/gtest.h>

#include "connector/error.h"

namespace connector::integration::gate_test {

TEST(AdaptiveConcurrency, HalvesWithARefusalAndClimbsByOne) {
  AdaptiveConcurrency gate({.in_flight = 8});
  gate.note_refusal(std::chrono::seconds(0));
  EXPECT_EQ(gate.limit(), 4U);
  gate.note_refusal(std::chrono::seconds(0));
  gate.note_refusal(std::chrono::seconds(0));
  gate.note_refusal(std::chrono::seconds(0));
  EXPECT_EQ(gate.limit(), 1U);
  gate.note_success();
  EXPECT_EQ(gate.limit(), 2U);
  for (int i = 0; i < 20; ++i) gate.note_success();
  EXPECT_EQ(gate.limit(), 8U);
}

TEST(AdaptiveConcurrency, LetsNobodyInAfterAStop) {
  std::stop_source stop;
  AdaptiveConcurrency gate({.in_flight = 1});
  { const AdaptiveConcurrency::Pass pass(gate, stop.get_token()); }
  gate.note_refusal(std::chrono::hours(1));
  stop.request_stop();
  EXPECT_THROW(AdaptiveConcurrency::Pass(gate, stop.get_token()), Stopped);
}

}  // namespace connector::integration::gate_test
