// The way of a record:
//
//   add() ──> batch ──Queue──> Mapping ─> Payload ─> Delivery ──> Sink
//   one thread                 `workers` threads, each with its own records
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "connector/error.h"
#include "connector/queue.h"
#include "mapping/mapping.h"
#include "sync/delivery.h"
#include "sync/job.h"
#include "sync/save_data.h"
#include "sync/summary.h"

namespace connector {

/// The records of one portion on their way from the thread that reads the source to their delivery: cut into batches,
/// mapped and delivered on threads of their own, of which there are no more than are ever busy at the same time: each
/// has a connection and memory of its own.
class Pipeline {
 public:
  /// save_data: nothing when records are not saved. All outlive the pipeline.
  Pipeline(const Job& job, Delivery& delivery, SaveData* save_data);

  /// What is in the queue is still delivered.
  ~Pipeline() { queue_.close(); }

  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Takes a record. For one thread. Throws Stopped when no more are wanted.
  void add(Record record);
  void add(Rows rows);

  /// Counts a record of which nothing can be sent, or a part of the source. For the thread that adds.
  void add_failed();
  void add_missing_part() { ++counts_.parts_missing; }

  /// How many records were added so far. Any thread may ask.
  std::size_t pulled() const { return pulled_; }

  /// Waits until all is delivered. What became of the records; the reader's side of the summary is the caller's.
  Summary finish();

 private:
  using Work = std::variant<Batch, Rows>;

  bool count_pulled();
  Record without_data(Record record, std::size_t bytes) const;
  void push_batch();
  void push(Work work, std::size_t weight);
  void start_worker();
  template <class Map>
  bool map(std::size_t records, const Payload& payload, const Counts& counts, Map map_all);
  template <class Part>
  void attempt(Part part);
  void work();
  void pass(Work& work, Payload& payload, Counts& counts);
  void deliver_all(Payload& payload) const;
  void count_lost(Summary& summary) const;

  const Job& job_;
  Delivery& delivery_;
  SaveData* save_data_;
  const std::size_t max_record_weight_;
  Queue<Work> queue_;
  Batch batch_;
  std::size_t batch_weight_ = 0;
  std::atomic<std::size_t> pulled_ = 0;
  std::mutex counts_mutex_;
  Summary counts_;
  std::exception_ptr failure_;  ///< the first one of a worker
  Payload rest_;                ///< of workers that ended before the first payload was delivered
  std::vector<std::jthread> workers_;
};

}  // namespace connector
