#pragma once

#include <filesystem>
#include <vector>

#include "connector/json.h"
#include "oomnitza/payload.h"
#include "sync/resend_plan.h"
#include "sync/undelivered.h"

namespace connector {

/// What a run delivers of the records that payloads of earlier runs hold, which are still kept: `connector resend` is
/// to skip those. Safe to use from several threads.
class ReplacedRecords {
 public:
  /// history: of the section; empty when nothing need be remembered. undelivered: outlives it.
  ReplacedRecords(const Undelivered& undelivered, const std::vector<std::filesystem::path>& history,
                  const PayloadEnvelope& envelope);

  /// Whether there is something to replace at all.
  bool are_possible() const { return !plan_.runs().empty(); }

  /// Writes down which of the records that Oomnitza has taken are kept, too: at once, since the process may be killed.
  /// Failing to is logged.
  void note_delivered(Json records) const;

 private:
  const Undelivered& undelivered_;
  const ResendPlan plan_;
  const Json payload_;  ///< without records
};

}  // namespace connector
