#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <ranges>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace connector {

/// Calls fetch(item) for each item on up to `workers` threads, and consume(result) with each result on the calling
/// thread, in the order in which they are ready. At most `workers` items are taken from the range ahead of what has
/// been consumed, so memory does not grow with it. What items, fetch or consume throw ends the work: calls under way
/// are waited for (and their results consumed, unless it was consume that threw), then the first exception (Stopped
/// too) is thrown on.
///
///   parallel(workers, ids, [&](int id) { return http.get(url(id)).json(); }, [&](Json device) { emit(device); });
template <class Items, class Fetch, class Consume>
void parallel(unsigned workers, Items&& items, Fetch fetch, Consume consume);

namespace detail {

template <class Items, class Fetch>
class ParallelWork {
 public:
  ParallelWork(unsigned workers, Items& items, Fetch& fetch)
      : workers_(std::max(workers, 1U)),
        next_(std::ranges::begin(items)),
        end_(std::ranges::end(items)),
        fetch_(fetch) {}

  template <class Consume>
  void run(Consume& consume) {
    {
      std::vector<std::jthread> threads;  // joined at the end of this block
      try {
        threads.reserve(workers_);
        for (unsigned i = 0; i < workers_; ++i) threads.emplace_back([this] { work(); });
        while (std::optional<Result> result = next_result()) {
          consume(std::move(*result));
          note_consumed();
        }
      } catch (...) {
        fail();
      }
    }
    if (error_) std::rethrow_exception(error_);
  }

 private:
  using Reference = std::ranges::range_reference_t<Items>;
  /// A container's items stay where they are; those of other ranges are gone with the next one.
  using Item = std::conditional_t<std::ranges::forward_range<Items> && std::is_lvalue_reference_v<Reference>, Reference,
                                  std::ranges::range_value_t<Items>>;
  using Result = std::decay_t<std::invoke_result_t<Fetch&, Item>>;

  /// A thread's work: items, one after the other, as long as there are any and nothing has failed.
  void work() {
    try {
      while (work_on_one()) {
      }
    } catch (...) {
      fail();
    }
    const std::lock_guard lock(mutex_);
    ++finished_;
    changed_.notify_all();
  }

  bool work_on_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return error_ || exhausted_ || ahead_ < workers_; });
    if (error_ || exhausted_) return false;
    exhausted_ = true;  // should the range throw, no other thread asks it again
    if (next_ == end_) return false;
    Item item = *next_;
    ++next_;
    exhausted_ = false;
    ++ahead_;
    lock.unlock();
    Result result = std::invoke(fetch_, std::forward<Item>(item));
    lock.lock();
    ready_.push_back(std::move(result));
    changed_.notify_all();
    return true;
  }

  /// Waits for a result. Nothing when there will be no more.
  std::optional<Result> next_result() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !ready_.empty() || finished_ == workers_; });
    if (ready_.empty()) return std::nullopt;
    std::optional<Result> result(std::move(ready_.front()));
    ready_.pop_front();
    return result;
  }

  void note_consumed() {
    const std::lock_guard lock(mutex_);
    --ahead_;
    changed_.notify_all();
  }

  /// Remembers the exception that is being handled, if it is the first.
  void fail() {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
    changed_.notify_all();
  }

  const unsigned workers_;
  std::ranges::iterator_t<Items> next_;
  std::ranges::sentinel_t<Items> end_;
  Fetch& fetch_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Result> ready_;
  unsigned ahead_ = 0;  ///< items taken and not yet consumed
  unsigned finished_ = 0;
  bool exhausted_ = false;
  std::exception_ptr error_;
};

}  // namespace detail

template <class Items, class Fetch, class Consume>
void parallel(unsigned workers, Items&& items, Fetch fetch, Consume consume) {
  detail::ParallelWork<Items, Fetch>(workers, items, fetch).run(consume);
}

}  // namespace connector
