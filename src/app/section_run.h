#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/sections.h"
#include "log/faults.h"
#include "sync/listener.h"
#include "sync/summary.h"

namespace connector {

/// What one run of a section is about.
struct SectionOrder {
  /// The keys of the records that are to be read (see Connector::read_records); nothing: the whole source.
  std::optional<std::vector<std::string>> only_records = {};
  std::vector<SyncListener*> listeners = {};  ///< who hears of it, beside log and display; they outlive the run
};

/// Runs a section once, with a portion of its own; again for a section that has run before. Whatever goes wrong is
/// logged and stands in the summary. faults: of its records; their log is for what is said of the run as a whole.
Summary run_section(App& app, const Sections& sections, ReadySection& ready, const Faults& faults,
                    const SectionOrder& order = {});

}  // namespace connector
