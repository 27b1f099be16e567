#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace connector {

/// An event that was accepted and has not been worked off.
struct InboxEvent {
  std::int64_t number = 0;  ///< 1, 2 … in the order in which they came
  std::string section;
  std::string key;  ///< of the record that it is about
};

/// Where accepted events outlast the process. For one thread at a time.
class InboxStore {
 public:
  virtual ~InboxStore() = default;

  /// What is there, in the order of the numbers. Throws std::exception.
  virtual std::vector<InboxEvent> load() = 0;

  /// Both at once or not at all: has returned when it would outlast the process. An event takes the place of an older
  /// one with the same section and key. removed: numbers, of which some may be gone. Throws std::exception.
  virtual void update(const std::vector<InboxEvent>& added, const std::vector<std::int64_t>& removed) = 0;
};

}  // namespace connector
