#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>

#include "config/settings.h"
#include "mapping/field_mapping.h"
#include "oomnitza/oomnitza.h"
#include "python/inline_code.h"
#include "sync/summary.h"

namespace connector {

/// What the command line says about a run.
struct RunOptions {
  unsigned workers = 2;                ///< payloads under way at once
  std::size_t batch_size = 100;        ///< records in a payload
  std::size_t record_limit = 0;        ///< records pulled at most; 0: all
  bool testmode = false;               ///< print payloads instead of sending them
  std::filesystem::path save_folder;   ///< where records and payloads are saved (--save-data); empty: nowhere
  std::filesystem::path state_folder;  ///< where payloads are kept that the cloud does not take
};

/// What happens to a section's records between source and cloud.
struct Processing {
  Mapping mapping;
  const InlineCode* inline_code = nullptr;              ///< nothing when the configuration holds no code
  const InlineCode::Function* record_filter = nullptr;  ///< nothing when the section has none

  bool needs_python() const { return record_filter != nullptr || mapping.needs_python(); }
};

/// One section's sync from its first request to its finalized portion: pulls records through the connector, filters and
/// maps them on `workers` threads, delivers them. The connector's tools are set. Whatever goes wrong stands in the
/// report and in the log; nothing is thrown.
Summary run(ConnectorSection& section, const Processing& processing, const Oomnitza& cloud, const RunOptions& options,
            const std::stop_token& stop);

}  // namespace connector
