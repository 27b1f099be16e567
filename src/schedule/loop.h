#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "connector/json.h"
#include "connector/log.h"
#include "oomnitza/oomnitza.h"

namespace connector::schedule {

/// Runs syncs beside each other, each on a thread of its own, up to a bound; those of one integration one after the
/// other.
class Syncs {
 public:
  /// run: runs one sync; must not throw. max_waiting_bytes: of configurations whose turn has not come.
  Syncs(std::function<void(const Json& configuration)> run, std::size_t max_at_once,
        std::size_t max_waiting_bytes = std::size_t{256} << 20);
  /// Waits for the syncs that run.
  ~Syncs();

  /// Runs it now or when its turn comes. id: whose sync it is. Throws SourceError when too much waits already.
  void start(const std::string& id, const Json& configuration);

  /// Waits until all have run.
  void finish();

  /// Forgets those that wait for their turn; returns how many.
  std::size_t drop_waiting();

 private:
  struct Waiting {
    std::string id;
    std::shared_ptr<const std::string> configuration;  ///< as text, which takes less
  };
  struct Running {
    std::jthread thread;
    bool has_ended = false;
  };

  std::size_t running_count() const;
  void begin_those_that_may();
  bool begin(const Waiting& next);
  void check_room(const std::string& id, std::size_t bytes) const;

  const std::function<void(const Json&)> run_;
  const std::size_t max_at_once_;
  const std::size_t max_waiting_bytes_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::set<std::string> ids_;  ///< of the syncs that run
  std::list<Running> running_;
};

struct LoopOptions {
  bool ignore_maintenance = false;
  std::vector<std::string> only = {};  ///< sections of the integrations to run; none: all
  std::chrono::seconds pause = std::chrono::seconds(10);
  std::chrono::seconds maintenance_pause = std::chrono::seconds(2);
};

/// Asks Oomnitza what to run and starts it, until shutdown (true), or Oomnitza answers no more
/// (false). Does not wait for the syncs.
bool loop(const Oomnitza& cloud, Syncs& syncs, const LoopOptions& options, const Log& log, const std::stop_token& stop);

}  // namespace connector::schedule
