#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <ranges>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace connector {

/// Calls fetch(item) for each item on up to `workers` threads, and consume(result) with each result on the calling
/// thread, in the order in which they are ready. At most `workers` items are taken from the range ahead of what has
/// been consumed, so memory does not grow with it. What items, fetch or consume throw ends the work: calls under way
/// are waited for (and their results consumed, unless it was consume that threw), then the exception (Stopped too) is
/// thrown on.
///
///   parallel(workers, ids, [&](int id) { return http.get(url(id)).json(); }, [&](Json device) { emit(device); });
template <class Items, class Fetch, class Consume>
void parallel(unsigned workers, Items&& items, Fetch fetch, Consume consume);

/// Threads that work on tasks beside the thread that owns them and gets the results, in the order in which they are
/// ready. What `work` throws ends it: tasks that have not begun are dropped, those under way are waited for and their
/// results consumed, then the owner's call throws the first exception on. What `consume` throws comes out at once.
template <class Task, class Result>
class WorkerPool {
 public:
  /// Threads start when tasks need them. max_ahead: of tasks whose result has not been consumed.
  WorkerPool(unsigned workers, std::size_t max_ahead, std::function<Result(Task)> work,
             std::function<void(Result)> consume)
      : workers_(std::max(workers, 1U)),
        max_ahead_(std::max<std::size_t>(max_ahead, 1)),
        work_(std::move(work)),
        consume_(std::move(consume)) {}

  /// Drops tasks that have not begun and waits for those under way.
  ~WorkerPool() {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    tasks_.clear();
    task_added_.notify_all();
  }

  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Waits until a task can be added, consuming results meanwhile.
  void wait_for_room() {
    while (!has_room()) consume_next();
  }

  /// Has the task worked on when there is room. Consumes results meanwhile.
  void add(Task task) {
    wait_for_room();
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (tasks_.size() > idle_ && threads_.size() < workers_) start_thread();
    task_added_.notify_one();
  }

  /// Waits for all tasks, consuming their results.
  void finish() {
    while (consume_next()) {
    }
  }

 private:
  bool has_room() {
    const std::lock_guard lock(mutex_);
    return !error_ && tasks_.size() + under_way_ + ready_.size() < max_ahead_;
  }

  void start_thread() {
    try {
      threads_.emplace_back([this] { work_on_tasks(); });
    } catch (const std::system_error&) {  // no more are to be had: those that run go on
      if (threads_.empty()) throw;
    }
  }

  /// False when no more results will come.
  bool consume_next() {
    std::optional<Result> result = next_result();
    if (!result) return false;
    consume_(*std::move(result));
    return true;
  }

  std::optional<Result> next_result() {
    std::unique_lock lock(mutex_);
    result_ready_.wait(lock, [this] { return !ready_.empty() || (tasks_.empty() && under_way_ == 0); });
    if (ready_.empty() && error_) std::rethrow_exception(error_);
    if (ready_.empty()) return std::nullopt;
    std::optional<Result> result(std::move(ready_.front()));
    ready_.pop_front();
    return result;
  }

  void work_on_tasks() {
    while (std::optional<Task> task = next_task()) {
      try {
        note_result(work_(*std::move(task)));
      } catch (...) {
        note_failure();
      }
    }
  }

  /// Nothing when the pool ends.
  std::optional<Task> next_task() {
    std::unique_lock lock(mutex_);
    ++idle_;
    task_added_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
    --idle_;
    if (tasks_.empty()) return std::nullopt;
    std::optional<Task> task(std::move(tasks_.front()));
    tasks_.pop_front();
    ++under_way_;
    return task;
  }

  void note_result(Result result) {
    const std::lock_guard lock(mutex_);
    ready_.push_back(std::move(result));
    --under_way_;
    result_ready_.notify_one();
  }

  void note_failure() {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
    tasks_.clear();
    --under_way_;
    result_ready_.notify_one();
  }

  const std::size_t workers_;
  const std::size_t max_ahead_;
  const std::function<Result(Task)> work_;
  const std::function<void(Result)> consume_;

  std::mutex mutex_;
  std::condition_variable task_added_;
  std::condition_variable result_ready_;
  std::deque<Task> tasks_;
  std::deque<Result> ready_;
  std::size_t under_way_ = 0;
  std::size_t idle_ = 0;  ///< threads that wait for a task
  bool ending_ = false;
  std::exception_ptr error_;
  std::vector<std::jthread> threads_;  ///< last: they end before all else
};

template <class Items, class Fetch, class Consume>
void parallel(unsigned workers, Items&& items, Fetch fetch, Consume consume) {
  // A container's items stay where they are; those of other ranges are gone with the next one.
  using Reference = std::ranges::range_reference_t<Items>;
  constexpr bool they_stay = std::ranges::forward_range<Items> && std::is_lvalue_reference_v<Reference>;
  using Item = std::conditional_t<they_stay, Reference, std::ranges::range_value_t<Items>>;
  using Task = std::conditional_t<they_stay, std::reference_wrapper<std::remove_reference_t<Item>>, Item>;
  using Result = std::decay_t<std::invoke_result_t<Fetch&, Item>>;

  auto next = std::ranges::begin(items);
  std::exception_ptr error;
  const auto take = [&]() -> std::optional<Task> {
    try {
      if (next == std::ranges::end(items)) return std::nullopt;
      std::optional<Task> task(*next);
      ++next;
      return task;
    } catch (...) {
      error = std::current_exception();
      return std::nullopt;
    }
  };
  WorkerPool<Task, Result> pool(
      workers, workers, [&](Task task) { return std::invoke(fetch, static_cast<Item&&>(task)); }, std::ref(consume));
  pool.wait_for_room();
  while (std::optional<Task> task = take()) {
    pool.add(*std::move(task));
    pool.wait_for_room();
  }
  pool.finish();
  if (error) std::rethrow_exception(error);
}

}  // namespace connector
