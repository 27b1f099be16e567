#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "managed/items.h"
#include "managed/mapping.h"
#include "oomnitza/payload.h"
#include "python/inline_code.h"
#include "run/delivery.h"
#include "run/queue.h"
#include "run/report.h"
#include "run/save_data.h"

namespace connector::managed {

/// What happens to records between source and cloud.
struct RecordProcessing {
  /// Made when the first record comes: it may ask the cloud.
  std::function<std::unique_ptr<RecordMapping>()> make_mapping;
  const InlineCode* inline_code = nullptr;  ///< nothing without a record filter
  const InlineCode::Function* record_filter = nullptr;
};

/// The way of a sync's records: saved, filtered, mapped, delivered on threads of their own, a hundred at a time.
class Records {
 public:
  /// save_data: nothing when records are not saved.
  Records(const RecordProcessing& processing, Delivery& delivery, const RunOptions& options, SaveData* save_data,
          Log log);
  /// What is still on its way is delivered.
  ~Records();

  /// Takes a record. For one thread. Throws Stopped when no more are wanted.
  void add(PulledRecord record);

  /// Waits until all is delivered.
  void finish();

  /// Whether anything was pulled.
  bool has_begun() const { return report_.pulled > 0; }
  /// After finish().
  Report report() const;

 private:
  using Batch = std::vector<PulledRecord>;

  void work();
  void process(Batch& batch, Payload& payload, Report& counts);
  void filter(Batch& batch, Report& counts) const;
  bool passes(PulledRecord& record, const InlineCode::Lock& python, Report& counts) const;
  void fail(const PulledRecord& record, const std::string& error, Report& counts);
  const RecordMapping& mapping();

  const RecordProcessing& processing_;
  Delivery& delivery_;
  const RunOptions& options_;
  SaveData* save_data_;
  const Log log_;
  std::once_flag mapping_made_;
  std::unique_ptr<RecordMapping> mapping_;
  Queue<Batch> queue_;
  Batch batch_;
  std::mutex counts_mutex_;
  Report report_;
  std::vector<std::jthread> workers_;
};

}  // namespace connector::managed
