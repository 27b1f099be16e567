#include "integration/processor.h"

#include <utility>

namespace connector::integration {

Processor::Processor(const RecordProcessing& processing, Delivery& delivery, Log log)
    : processing_(processing), delivery_(delivery), log_(std::move(log)) {}

const RecordMapping& Processor::mapping() {
  std::call_once(mapping_made_, [this] {
    mapping_ = processing_.make_mapping();
    if (mapping_->empty()) {
      log_.warning(
          "section [{}]: nothing is mapped, so nothing will be sent: map fields in Oomnitza or with mapping.FIELD",
          delivery_.section());
    }
  });
  return *mapping_;
}

void Processor::process(std::vector<PulledRecord>& batch, Payload& payload, Summary& counts) {
  if (processing_.record_filter != nullptr) filter(batch, counts);
  for (const PulledRecord& record : batch) {
    if (!record.error.empty()) {
      fail(record, record.error, counts);
      continue;
    }
    try {
      const bool is_mapped = payload.add([&](std::string& text) { return mapping().append(record, text); });
      if (!is_mapped) ++counts.left_out;
    } catch (const std::exception& error) {
      fail(record, error.what(), counts);
    }
  }
}

void Processor::fail(const PulledRecord& record, const std::string& error, Summary& counts) {
  log_.error("section [{}]: a record is not complete: {}", delivery_.section(), error);
  ++counts.failed;
  delivery_.deliver_failed(Record(record.data, error));
}

/// Leaves the records that pass, as the filter has changed them.
void Processor::filter(std::vector<PulledRecord>& batch, Summary& counts) const {
  std::vector<PulledRecord> kept;
  kept.reserve(batch.size());
  processing_.inline_code->together([&](const InlineCode::Lock& python) {
    for (PulledRecord& record : batch) {
      if (!record.error.empty() || passes(record, python, counts)) kept.push_back(std::move(record));
    }
  });
  batch = std::move(kept);
}

bool Processor::passes(PulledRecord& record, const InlineCode::Lock& python, Summary& counts) const {
  try {
    InlineCode::PythonRecord seen(*processing_.inline_code, python, record.data);
    if (seen.keep(*processing_.record_filter)) {
      record.data = seen.json();
      return true;
    }
    ++counts.filtered_out;
  } catch (const std::exception& error) {
    log_.error("section [{}]: a record is not sent: {}", delivery_.section(), error.what());
    ++counts.failed;
  }
  return false;
}

}  // namespace connector::integration
