#include "sync/listener.h"

namespace connector {

void LogListener::ended(const Summary& summary) {
  if (!summary.has_portion && !summary.error.empty()) {
    log_.error("sync failed: {}", summary.error);
  } else if (summary.is_empty_run) {
    log_.info("sync ended: nothing to pull");
  } else if (summary.succeeded()) {
    log_.info("sync ended: {}; {:.1f} s", summary.text(), summary.seconds);
  } else {
    log_.error("sync ended with failures: {}; {:.1f} s{}{}", summary.text(), summary.seconds,
               summary.error.empty() ? "" : ": ", summary.error);
  }
}

}  // namespace connector
