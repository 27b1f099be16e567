#include "sync/pipeline.h"

#include <optional>
#include <system_error>
#include <utility>

#include "platform/limits.h"
#include "platform/memory.h"
#include "sync/weight.h"
#include "text/values.h"

namespace connector {
namespace {

constexpr std::size_t max_batch_weight = std::size_t{4} << 20;
constexpr std::size_t max_payload_bytes = std::size_t{4} << 20;

}  // namespace

/// What is left of a record that is too large: what it is called.
Record Pipeline::without_data(Record record, std::size_t bytes) const {
  std::string name;
  for (const std::string& source : job_.connector.sync_sources) {
    const Json& value = at(record.data, source);
    if (value.is_string() || value.is_number()) name += fmt::format("{} {}: ", source, excerpt(text_of(value)));
  }
  record.error = fmt::format("{}it takes {} MiB of memory, more than max_record_size = {} allows", name, bytes >> 20,
                             job_.connector.max_record_size);
  record.data = Json::object();
  record.extra = {};
  return record;
}

Pipeline::Pipeline(const Job& job, Delivery& delivery, SaveData* save_data)
    : job_(job),
      delivery_(delivery),
      save_data_(save_data),
      max_record_weight_(static_cast<std::size_t>(job.connector.max_record_size) << 20),
      queue_(job.options.workers, job.options.workers * max_batch_weight) {
  start_worker();
}

/// Whether this record is the last that is wanted.
bool Pipeline::count_pulled() {
  if (delivery_.has_ended()) throw Stopped();
  return ++pulled_ == job_.options.record_limit;
}

void Pipeline::add(Record record) {
  const bool is_last = count_pulled();
  record.number = pulled_;
  if (save_data_ != nullptr) save_data_->record(record.data);
  const std::size_t bytes = weight(record.data);
  if (bytes <= max_record_weight_) {
    batch_weight_ += bytes;
  } else {
    record = without_data(std::move(record), bytes);
  }
  batch_.push_back(std::move(record));
  if (is_last || batch_.size() >= job_.options.batch_size || batch_weight_ >= max_batch_weight) push_batch();
  if (is_last) throw Stopped();
}

void Pipeline::add(Rows rows) {
  if (save_data_ != nullptr) {
    for (std::size_t row = 0; row < rows.size(); ++row) add(Record(rows.record(row)));
    return;
  }
  if (delivery_.has_ended()) throw Stopped();
  const std::size_t limit = job_.options.record_limit;
  const bool is_last = limit != 0 && pulled_ + rows.size() >= limit;
  if (is_last) rows.resize(limit - pulled_);
  rows.set_first_number(pulled_ + 1);
  pulled_ += rows.size();
  if (!batch_.empty()) push_batch();
  const std::size_t bytes = rows.bytes();
  push(std::move(rows), bytes);
  if (is_last) throw Stopped();
}

void Pipeline::add_failed() {
  const bool is_last = count_pulled();
  ++counts_.failed;
  if (is_last) throw Stopped();
}

Summary Pipeline::finish() {
  if (!batch_.empty()) push_batch();
  queue_.close();
  workers_.clear();
  attempt([this] { deliver_all(rest_); });
  Summary summary = counts_;
  summary.pulled = pulled_;
  summary += delivery_.counts();
  summary.canceled = delivery_.is_canceled();
  count_lost(summary);
  return summary;
}

void Pipeline::push_batch() {
  push(std::exchange(batch_, {}), std::exchange(batch_weight_, 0));
}

void Pipeline::push(Work work, std::size_t weight) {
  require_memory();
  const bool is_awaited = queue_.push(std::move(work), weight);
  if (is_awaited || workers_.size() == job_.options.workers) return;
  try {
    start_worker();
  } catch (const std::system_error&) {  // no more threads are to be had: those that run deliver it
  }
}

void Pipeline::start_worker() {
  workers_.emplace_back([this] { work(); });
}

/// Whether all of the records were mapped: not when the code that maps them was ended, since the program shuts down.
template <class Map>
bool Pipeline::map(std::size_t records, const Payload& payload, const Counts& counts, Map map_all) {
  const std::size_t before = payload.size() + counts.records();
  try {
    map_all();
    return true;
  } catch (const Stopped&) {
    const std::lock_guard lock(counts_mutex_);
    counts_.not_sent += records - (payload.size() + counts.records() - before);
    return false;
  }
}

void Pipeline::deliver_all(Payload& payload) const {
  while (!payload.empty()) delivery_.deliver(payload.take(job_.options.batch_size, max_payload_bytes));
}

/// Does a part of the work. What it throws, for want of memory above all, is the run's failure, and no other record's.
template <class Part>
void Pipeline::attempt(Part part) {
  try {
    require_memory();
    part();
  } catch (const std::exception&) {
    const std::lock_guard lock(counts_mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
}

void Pipeline::work() {
  Payload payload;
  Counts counts;
  while (auto work = queue_.pop()) {
    attempt([&] { pass(*work, payload, counts); });
  }
  attempt([&] {
    {
      const std::lock_guard lock(counts_mutex_);
      counts_ += counts;
    }
    // The first payload decides for all whether records can be found again: not what one worker is left with.
    if (delivery_.has_begun()) deliver_all(payload);
    const std::lock_guard lock(counts_mutex_);
    rest_.append(payload);
  });
}

/// From the queue up to full payloads.
void Pipeline::pass(Work& work, Payload& payload, Counts& counts) {
  if (const Rows* rows = std::get_if<Rows>(&work)) {
    map(rows->size(), payload, counts, [&] { job_.mapping.map_rows(*rows, payload, counts); });
  } else {
    Batch& batch = std::get<Batch>(work);
    if (!map(batch.size(), payload, counts, [&] { job_.mapping.map(batch, payload, counts); })) return;
    for (const Record& record : batch) {
      if (!record.error.empty()) delivery_.deliver_failed(record);
    }
  }
  while (payload.size() >= job_.options.batch_size || payload.bytes() > max_payload_bytes) {
    delivery_.deliver(payload.take(job_.options.batch_size, max_payload_bytes));
  }
}

/// Every record has one fate: those without any were lost to a failure of the program.
void Pipeline::count_lost(Summary& summary) const {
  if (!failure_) return;
  try {
    std::rethrow_exception(failure_);
  } catch (const std::exception& error) {
    summary.error = "the program itself failed: " + reason(error);
  }
  summary.failed += summary.pulled - summary.records();
}

}  // namespace connector
