#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace connector {

/// A queue between threads that is full with `capacity` items, or with fewer when together they weigh `max_weight` or
/// more: a fast producer waits for slow consumers. An empty queue takes an item of any weight.
template <class Item>
class Queue {
 public:
  Queue(std::size_t capacity, std::size_t max_weight) : capacity_(capacity), max_weight_(max_weight) {}

  /// Waits for room. False when no consumer waits for the item: all are busy.
  bool push(Item item, std::size_t weight) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return items_.size() < capacity_ && weight_ < max_weight_; });
    items_.emplace_back(std::move(item), weight);
    weight_ += weight;
    ready_.notify_one();
    return items_.size() <= waiting_;
  }

  /// Waits for an item. Nothing when the queue is closed and empty.
  std::optional<Item> pop() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    ready_.wait(lock, [&] { return closed_ || !items_.empty(); });
    --waiting_;
    if (items_.empty()) return std::nullopt;
    auto [item, weight] = std::move(items_.front());
    items_.pop_front();
    weight_ -= weight;
    room_.notify_one();
    return std::move(item);
  }

  /// No more items come; what is in the queue is still handed out.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    ready_.notify_all();
  }

 private:
  const std::size_t capacity_;
  const std::size_t max_weight_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable ready_;
  std::deque<std::pair<Item, std::size_t>> items_;
  std::size_t weight_ = 0;
  std::size_t waiting_ = 0;  ///< consumers
  bool closed_ = false;
};

}  // namespace connector
