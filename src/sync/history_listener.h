#pragma once

#include <cstdint>
#include <string>

#include "log/faults.h"
#include "state/history.h"
#include "sync/listener.h"

namespace connector {

/// Writes a run into the history: a row when it begins, completed when it ends. Of those that webhooks start only what
/// failed is written, when it has.
class HistoryListener final : public SyncListener {
 public:
  /// history: outlives it; nullptr in test mode: nothing is written. started_by: see PastRun. faults: the run's.
  HistoryListener(History* history, std::string name, std::string started_by, Faults faults);

  void started() override;
  void ended(const Summary& summary) override;

 private:
  bool is_one_of_many() const { return run_.started_by == by_webhook; }
  void begin();

  History* const history_;
  PastRun run_;
  const Faults faults_;
  bool has_begun_ = false;
  std::int64_t id_ = 0;
};

}  // namespace connector
