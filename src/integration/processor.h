#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "integration/items.h"
#include "mapping/template_mapping.h"
#include "oomnitza/payload.h"
#include "python/inline_code.h"
#include "sync/delivery.h"
#include "sync/summary.h"

namespace connector::integration {

/// What happens to records between source and cloud.
struct RecordProcessing {
  /// Made when the first record comes: it may ask the cloud.
  std::function<std::unique_ptr<RecordMapping>()> make_mapping;
  const InlineCode* inline_code = nullptr;  ///< nothing without a record filter
  const InlineCode::Function* record_filter = nullptr;
};

/// Filters and maps the records of a sync. Safe to use from several threads.
class Processor {
 public:
  /// processing and delivery outlive it.
  Processor(const RecordProcessing& processing, Delivery& delivery, Log log);

  /// Appends what is to be sent to the payload and counts the others. A record that is not complete or cannot be mapped
  /// is delivered on its own, with its error. Leaves in the batch the records that passed the filter.
  void process(std::vector<PulledRecord>& batch, Payload& payload, Summary& counts);

 private:
  void filter(std::vector<PulledRecord>& batch, Summary& counts) const;
  bool passes(PulledRecord& record, const InlineCode::Lock& python, Summary& counts) const;
  void fail(const PulledRecord& record, const std::string& error, Summary& counts);
  const RecordMapping& mapping();

  const RecordProcessing& processing_;
  Delivery& delivery_;
  const Log log_;
  std::once_flag mapping_made_;
  std::unique_ptr<RecordMapping> mapping_;
};

}  // namespace connector::integration
