// How the values that templates can name are kept on the program's side. For the room alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "python/templates.h"

namespace connector {

/// Variables that a worker knows and nobody needs any more. Thread-safe.
class GoneVariables {
 public:
  void add(std::uint64_t number) {
    const std::lock_guard guard(mutex_);
    numbers_.push_back(number);
  }
  std::vector<std::uint64_t> take() {
    const std::lock_guard guard(mutex_);
    return std::exchange(numbers_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::uint64_t> numbers_;
};

struct Variables::Variable {
  Variable() = default;
  ~Variable() {
    if (const auto worker = known_to.lock()) worker->add(number);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

  Json json;
  bool are_headers = false;
  std::function<Json()> fetch;
  std::optional<Json> fetched = {};  ///< under the lock of the Templates that render, as the next ones

  std::atomic<bool> may_be_changed = false;  ///< by a template: then only the worker knows it
  std::uint64_t number = 0;                  ///< by which the worker knows it
  std::weak_ptr<GoneVariables> known_to = {};

  /// The value as it was set; nullptr when templates may have changed it, or it is of another kind.
  const Json* untouched() const { return may_be_changed || are_headers || fetch ? nullptr : &json; }
};

}  // namespace connector
