#pragma once

#include <functional>
#include <vector>

#include "app/sections.h"
#include "log/faults.h"
#include "sync/listener.h"
#include "sync/summary.h"

namespace connector {

/// What one run of a section is about.
struct SectionOrder {
  /// Reads a part of the source (its record_limit does not count); nothing: all of it is read.
  std::function<void(const Emit&)> read_part = {};
  std::vector<SyncListener*> listeners = {};  ///< who hears of it, beside log and display; they outlive the run
  /// "upload", "schedule", "webhook": for the history.
  std::string started_by = "upload";
};

/// Runs a section once, with a portion of its own; again for a section that has run before. Whatever goes wrong is
/// logged, stands in the summary, and goes into history and metrics; a run that cannot begin is ended for its listeners
/// without having started. faults: of its records; their log is for what is said of the run as a whole.
Summary run_section(App& app, const Sections& sections, ReadySection& ready, const Faults& faults,
                    const SectionOrder& order = {});

}  // namespace connector
