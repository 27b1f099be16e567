#include "managed/records.h"

#include <optional>
#include <utility>

#include "connector/error.h"

namespace connector::managed {
namespace {

constexpr std::size_t max_payload_bytes = std::size_t{4} << 20;

}  // namespace

Records::Records(const RecordProcessing& processing, Delivery& delivery, const RunOptions& options, SaveData* save_data,
                 Log log)
    : processing_(processing),
      delivery_(delivery),
      options_(options),
      save_data_(save_data),
      log_(std::move(log)),
      queue_(options.workers) {
  for (unsigned i = 0; i < options.workers; ++i) workers_.emplace_back([this] { work(); });
}

Records::~Records() {
  queue_.close();
}

void Records::add(PulledRecord record) {
  if (delivery_.has_ended()) throw Stopped();
  ++report_.pulled;
  if (save_data_ != nullptr) save_data_->record(record.data);
  batch_.push_back(std::move(record));
  const bool is_last = report_.pulled == options_.record_limit;
  if (is_last || batch_.size() >= options_.batch_size) queue_.push(std::exchange(batch_, {}));
  if (is_last) throw Stopped();
}

void Records::finish() {
  if (!batch_.empty()) queue_.push(std::exchange(batch_, {}));
  queue_.close();
  workers_.clear();
}

Report Records::report() const {
  Report report = report_;
  report += delivery_.counts();
  report.canceled = delivery_.is_canceled();
  return report;
}

const RecordMapping& Records::mapping() {
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

void Records::work() {
  Payload payload;
  Report counts;
  const auto deliver = [&] { delivery_.deliver(payload.take(options_.batch_size, max_payload_bytes)); };
  while (std::optional<Batch> batch = queue_.pop()) {
    process(*batch, payload, counts);
    while (payload.size() >= options_.batch_size || payload.bytes() > max_payload_bytes) deliver();
  }
  while (!payload.empty()) deliver();
  const std::lock_guard lock(counts_mutex_);
  report_ += counts;
}

void Records::process(Batch& batch, Payload& payload, Report& counts) {
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

void Records::fail(const PulledRecord& record, const std::string& error, Report& counts) {
  log_.error("section [{}]: a record is not complete: {}", delivery_.section(), error);
  ++counts.failed;
  delivery_.deliver_failed(Record(record.data, error));
}

/// Leaves the records that pass, as the filter has changed them.
void Records::filter(Batch& batch, Report& counts) const {
  Batch kept;
  kept.reserve(batch.size());
  processing_.inline_code->together([&](const InlineCode::Lock& python) {
    for (PulledRecord& record : batch) {
      if (!record.error.empty() || passes(record, python, counts)) kept.push_back(std::move(record));
    }
  });
  batch = std::move(kept);
}

bool Records::passes(PulledRecord& record, const InlineCode::Lock& python, Report& counts) const {
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

}  // namespace connector::managed
