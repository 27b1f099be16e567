#pragma once

#include "sync/job.h"
#include "sync/summary.h"

namespace connector {

/// Runs a job from the source's first request to the finalized portion: the only code that reads, counts and finalizes.
/// Records are pulled on this thread, mapped and delivered on `workers` others. Whatever goes wrong stands in the
/// summary and in the log; nothing is thrown. What the source reads when it ended well is noted by its delivered().
Summary run(const Job& job);

}  // namespace connector
