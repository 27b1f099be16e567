#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "connector/json.h"

namespace connector {

/// In which order a section's kept payloads are delivered, and which of their records need not be, since a later run
/// has sent the same ones again: with the same values in the sync fields, in the same envelope.
class ResendPlan {
 public:
  /// history: of Undelivered. A file that is damaged is a run of its own.
  explicit ResendPlan(const std::vector<std::filesystem::path>& history);

  /// The files run by run, the oldest first. Those of one run may be delivered beside each other, as they once were.
  const std::vector<std::vector<std::filesystem::path>>& runs() const { return runs_; }

  /// Those of a payload's records that a kept payload has, and no later delivery; their sync fields alone.
  Json replacing(const Json& payload) const;

  /// Removes such records from a payload, and returns how many there were.
  std::size_t drop_replaced(Json& payload) const;

 private:
  struct Newest {
    std::size_t portion;  ///< a hash of its id
    bool is_delivered;
  };

  void note_records(const Json& payload, bool is_delivered);
  void add(const std::filesystem::path& file, const std::string& portion);

  std::vector<std::vector<std::filesystem::path>> runs_;
  std::string last_portion_;
  std::unordered_map<std::uint64_t, Newest> newest_;  ///< by a hash of what a record is found by
};

}  // namespace connector
