#pragma once

#include "connector/log.h"
#include "sync/summary.h"

namespace connector {

struct Progress;

/// Hears what becomes of a sync, on the thread that runs it. Must not throw.
class SyncListener {
 public:
  virtual ~SyncListener() = default;
  virtual void started() {}
  /// Now and then while it runs (RunOptions::progress_interval), on another thread.
  virtual void progress(const Progress& progress) { (void)progress; }
  virtual void ended(const Summary& summary) = 0;
};

/// Writes how a sync ended: INFO when it succeeded, ERROR otherwise.
class LogListener final : public SyncListener {
 public:
  explicit LogListener(Log log) : log_(std::move(log)) {}
  void ended(const Summary& summary) override;

 private:
  Log log_;
};

}  // namespace connector
