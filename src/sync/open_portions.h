#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "connector/log.h"
#include "sync/sink.h"

namespace connector {

/// The portions of the syncs that run, so that they can be finalized when a sync cannot do so itself. Safe to use from
/// several threads.
class OpenPortions {
 public:
  /// A sync's portion while it is open.
  class Entry {
   public:
    /// finalize: works without the sync. sync: names it in the log.
    Entry(OpenPortions& portions, std::string portion, std::string sync, std::function<void()> finalize);
    ~Entry() { take(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    /// From now on the sync finalizes it. False when that has been done for it.
    bool take() { return portions_.take(portion_); }

   private:
    OpenPortions& portions_;
    const std::string portion_;
  };

  /// Finalizes those that are still open, all at once; failing that is logged. How many there were.
  std::size_t finalize_all(const Log& log);

 private:
  struct Portion {
    std::string sync;
    std::function<void()> finalize;
  };

  bool take(const std::string& portion);

  std::mutex mutex_;
  std::map<std::string, Portion> open_;
};

/// A sink whose portion stands in a list of open ones until it is finalized.
class OpenPortionSink final : public CloudSink {
 public:
  /// cloud and portions outlive it. sync: names the sync in the log.
  OpenPortionSink(const Oomnitza& cloud, OpenPortions& portions, const std::string& portion, std::string sync,
                  const std::shared_ptr<BegunPortion>& begun)
      : CloudSink(cloud, begun), entry_(portions, portion, std::move(sync), [cloud, portion, begun] {
          cloud.finalize(portion);
          begun->forget();
        }) {}

  void finalize(const std::string& portion) override {
    if (entry_.take()) CloudSink::finalize(portion);
  }

 private:
  OpenPortions::Entry entry_;
};

}  // namespace connector
