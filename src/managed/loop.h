#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include "connector/json.h"
#include "connector/log.h"
#include "oomnitza/oomnitza.h"

namespace connector::managed {

/// Runs syncs beside each other, each on a thread of its own, up to a bound; those of one integration one after the
/// other.
class Syncs {
 public:
  /// run: runs one sync; must not throw.
  Syncs(std::function<void(const Json& configuration)> run, std::size_t most_at_once);
  /// Waits for the syncs that run.
  ~Syncs();

  /// Runs it now or when its turn comes. id: whose sync it is.
  void start(const std::string& id, Json configuration);

  /// Waits until all have run.
  void finish();

  /// Forgets those that wait for their turn; returns how many.
  std::size_t drop_waiting();

 private:
  struct Waiting {
    std::string id;
    Json configuration;
  };
  struct Running {
    std::jthread thread;
    bool has_ended = false;
  };

  std::size_t running_count() const;
  void begin_those_that_may();
  void begin(Waiting next);

  const std::function<void(const Json&)> run_;
  const std::size_t most_at_once_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<Waiting> waiting_;
  std::set<std::string> ids_;  ///< of the syncs that run
  std::list<Running> running_;
};

struct LoopOptions {
  bool ignore_maintenance = false;
  std::chrono::seconds pause = std::chrono::seconds(10);
  std::chrono::seconds maintenance_pause = std::chrono::seconds(2);
};

/// Asks Oomnitza what to run and starts it, until the program is told to stop (true), or Oomnitza answers no more
/// (false). Does not wait for the syncs.
bool loop(const Oomnitza& cloud, Syncs& syncs, const LoopOptions& options, const Log& log, const std::stop_token& stop);

}  // namespace connector::managed
