#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "log/faults.h"
#include "mapping/mapping.h"
#include "oomnitza/payload.h"
#include "sync/listener.h"
#include "sync/sink.h"
#include "sync/undelivered.h"

namespace connector {

/// How a sync runs.
struct RunOptions {
  unsigned workers = 2;                ///< payloads under way at once
  std::size_t batch_size = 100;        ///< records in a payload
  std::size_t record_limit = 0;        ///< records pulled at most; 0: all
  std::filesystem::path save_folder;   ///< where records and payloads are saved (--save-data); empty: nowhere
  std::filesystem::path state_folder;  ///< where payloads are kept that the cloud does not take
  std::uintmax_t undelivered_room = Undelivered::default_room;  ///< bytes of them
  std::chrono::milliseconds progress_interval{0};               ///< how often listeners hear how far it is; 0: never
};

/// All that a sync needs, whoever ordered it: a section of config.ini or an integration that the cloud describes. What
/// it refers to outlives it.
struct Job {
  std::string name;      ///< the section's, "ldap.Contractors", "managed.12": names the folder of kept payloads
  Connector& connector;  ///< its settings are filled, its tools are set
  Mapping& mapping;
  PayloadEnvelope envelope;
  Sink& sink;
  RunOptions options;
  Log log;              ///< names the section
  Faults faults = log;  ///< for what each record or payload may say
  std::vector<SyncListener*> listeners;
  /// Whether a failure goes to Oomnitza as the last payload of its portion (described integrations).
  bool delivers_failure = false;
  bool sends_records = true;  ///< false: the run is about what the source answers
  /// Asked when the source has ended well without a record: whether that is an empty run, which has no portion.
  std::function<bool()> is_empty_run = {};
  /// Reads a part of the source; nothing: all of it is read.
  std::function<void(const Emit&)> read_part = {};
};

}  // namespace connector
