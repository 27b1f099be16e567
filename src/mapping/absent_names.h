#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "connector/json.h"
#include "connector/log.h"
#include "mapping/mapping.h"

namespace connector {

/// Watches for mapped names that no record of a run has: a slip there would empty a field in each of them. For several
/// threads at once; when all names were seen a batch costs a load.
class AbsentNames {
 public:
  struct Name {
    std::string field;
    std::string source;
  };
  /// Whether a record has what a source names.
  using Has = bool (*)(const Json& record, const std::string& source);

  AbsentNames(std::vector<Name> names, Has has);

  void note(const Batch& batch);
  void note(const Rows& rows);

  /// A warning for each name that no record had; none when there was no record.
  void warn(const Log& log) const;

 private:
  const Has has_;
  std::atomic<bool> all_seen_;
  mutable std::mutex mutex_;
  std::vector<Name> absent_;
  std::vector<std::string> present_;  ///< names that the first record has
};

}  // namespace connector
