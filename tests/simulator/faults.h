#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connector/json.h"
#include "simulator/http_server.h"

namespace connector::simulator {

/// Something that goes wrong with the next calls of a path.
struct Fault {
  std::string method = {};  ///< empty: any
  std::string path = {};    ///< beginning of the path; empty: any
  std::size_t calls = 1;    ///< how many calls it meets
  int status = 503;         ///< 0: the connection is dropped; 200: the real answer, with what follows
  std::string body = {};    ///< of answers other than 200
  std::string retry_after = {};
  std::chrono::milliseconds delay{0};
  bool truncated = false;  ///< the answer breaks off in the middle
};

/// {"method", "path", "calls", "status", "body", "retry_after", "delay_ms", "drop", "truncate"}, each may be missing.
/// Throws std::invalid_argument.
Fault parse_fault(const Json& description);

/// The faults that are still to come, in order. Thread-safe.
class Faults {
 public:
  void add(Fault fault);
  void clear();
  /// The fault that meets this call, if any; that is one call less for it.
  std::optional<Fault> take(const Request& request);

 private:
  std::mutex mutex_;
  std::vector<Fault> faults_;
};

}  // namespace connector::simulator
