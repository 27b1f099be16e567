#include "managed/gate.h"

#include <gtest/gtest.h>

#include "connector/error.h"

namespace connector::managed::gate_test {

TEST(Gate, HalvesWithARefusalAndClimbsByOne) {
  Gate gate(8, {});
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

TEST(Gate, LetsNobodyInAfterAStop) {
  std::stop_source stop;
  Gate gate(1, stop.get_token());
  { const Gate::Pass pass(gate); }
  gate.note_refusal(std::chrono::hours(1));
  stop.request_stop();
  EXPECT_THROW(Gate::Pass{gate}, Stopped);
}

}  // namespace connector::managed::gate_test
