#pragma once

#include <latch>

#include "schedule/loop.h"

namespace connector::schedule::test_support {

/// Syncs, one at a time, that wait until they are let go.
struct HeldSyncs {
  void finish() {
    go.count_down();
    syncs.finish();
  }

  std::latch go{1};
  int runs = 0;
  Syncs syncs{[this](const Json&) {
                go.wait();
                ++runs;
              },
              1};
};

}  // namespace connector::schedule::test_support
