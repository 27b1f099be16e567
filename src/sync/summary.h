#pragma once

#include <cstddef>
#include <string>

#include "mapping/mapping.h"

namespace connector {

/// What became of a sync's records: each one pulled ends in exactly one of the counts.
struct Summary : Counts {
  std::size_t pulled = 0;
  std::size_t delivered = 0;
  std::size_t undelivered = 0;    ///< the cloud did not take it; kept on disk
  std::size_t not_sent = 0;       ///< the run was canceled in the cloud before it went out
  std::size_t parts_missing = 0;  ///< parts of the source that could not be read, with an unknown number of records
  double seconds = 0;             ///< that the sync took
  bool is_rehearsal = false;      ///< nothing was sent: delivered is what would have been
  bool canceled = false;
  bool interrupted = false;   ///< by a signal
  bool is_empty_run = false;  ///< the source says that there is nothing at all
  bool has_portion = false;   ///< something was sent, or the source ended well: the portion was finalized
  std::string error;          ///< why the sync failed, empty when it did not

  Summary& operator+=(const Counts& counts);
  Summary& operator+=(const Summary& counts);
  bool succeeded() const {
    return error.empty() && failed == 0 && undelivered == 0 && parts_missing == 0 && !interrupted;
  }
  /// Those whose fate is known.
  std::size_t records() const { return Counts::records() + delivered + undelivered + not_sent; }
  /// "1200 read, 3 filtered out, 0 skipped, 0 failed, 1197 delivered"
  std::string text() const;
};

}  // namespace connector
