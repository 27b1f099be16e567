// The way of a record:
//
//   add() ──> batch ──Queue──> Process ─> Payload ─> Delivery ──> cloud
//   one thread                 `workers` threads, each with its own records
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "connector/error.h"
#include "oomnitza/payload.h"
#include "sync/delivery.h"
#include "sync/queue.h"
#include "sync/save_data.h"
#include "sync/summary.h"
#include "sync/sync.h"
#include "sync/weight.h"

namespace connector {

/// The records of one portion on their way from the thread that reads the source to their delivery: cut into batches,
/// processed and delivered on threads of their own. Item: a record as its source gives it, with its JSON as `data`.
template <class Item>
class Pipeline {
 public:
  using Batch = std::vector<Item>;
  /// Appends what is to be sent of a batch to the payload, and counts the records of which nothing is. Called on
  /// several threads at a time. Must not throw.
  using Process = std::function<void(Batch& batch, Payload& payload, Summary& counts)>;

  /// save_data: nothing when records are not saved. All but `process` outlives the corridor.
  Pipeline(Process process, Delivery& delivery, const RunOptions& options, SaveData* save_data)
      : process_(std::move(process)),
        delivery_(delivery),
        options_(options),
        save_data_(save_data),
        queue_(options.workers, options.workers * max_batch_weight) {
    for (unsigned i = 0; i < options.workers; ++i) workers_.emplace_back([this] { work(); });
  }

  /// What is in the queue is still delivered.
  ~Pipeline() { queue_.close(); }

  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Takes a record. For one thread. Throws Stopped when no more are wanted.
  void add(Item record) {
    if (delivery_.has_ended()) throw Stopped();
    ++counts_.pulled;
    if (save_data_ != nullptr) save_data_->record(record.data);
    batch_weight_ += weight(record.data);
    batch_.push_back(std::move(record));
    const bool is_last = counts_.pulled == options_.record_limit;
    if (is_last || batch_.size() >= options_.batch_size || batch_weight_ >= max_batch_weight) push_batch();
    if (is_last) throw Stopped();
  }

  /// Counts a record of which nothing can be sent. For the thread that adds.
  void fail() {
    if (delivery_.has_ended()) throw Stopped();
    ++counts_.pulled;
    ++counts_.failed;
    if (counts_.pulled == options_.record_limit) throw Stopped();
  }

  void note_missing_part() { ++counts_.parts_missing; }

  /// Waits until all is delivered. What became of the records; the reader's side of the report is the caller's.
  Summary finish() {
    if (!batch_.empty()) push_batch();
    queue_.close();
    workers_.clear();
    Summary report = counts_;
    report += delivery_.counts();
    report.canceled = delivery_.is_canceled();
    return report;
  }

 private:
  static constexpr std::size_t max_batch_weight = std::size_t{4} << 20;
  static constexpr std::size_t max_payload_bytes = std::size_t{4} << 20;

  void push_batch() { queue_.push(std::exchange(batch_, {}), std::exchange(batch_weight_, 0)); }

  void work() {
    Payload payload;
    Summary counts;
    const auto deliver = [&] { delivery_.deliver(payload.take(options_.batch_size, max_payload_bytes)); };
    while (std::optional<Batch> batch = queue_.pop()) {
      process_(*batch, payload, counts);
      while (payload.size() >= options_.batch_size || payload.bytes() > max_payload_bytes) deliver();
    }
    while (!payload.empty()) deliver();
    const std::lock_guard lock(counts_mutex_);
    counts_ += counts;
  }

  const Process process_;
  Delivery& delivery_;
  const RunOptions& options_;
  SaveData* save_data_;
  Queue<Batch> queue_;
  Batch batch_;
  std::size_t batch_weight_ = 0;
  std::mutex counts_mutex_;
  Summary counts_;
  std::vector<std::jthread> workers_;
};

}  // namespace connector
