#include "managed/loop.h"

#include <algorithm>
#include <utility>

#include "connector/error.h"
#include "managed/integration.h"

namespace connector::managed {
namespace {

/// Waits, until the program is told to stop.
void pause(std::chrono::seconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait_for(lock, stop, duration, [] { return false; });
}

void start_all(Json& configurations, Syncs& syncs, const Log& log) {
  for (Json& configuration : configurations) {
    try {
      const std::string id = identify(configuration).service;
      syncs.start(id, std::move(configuration));
    } catch (const ConfigError& error) {
      log.error("{}", error.what());
    }
  }
}

}  // namespace

Syncs::Syncs(std::function<void(const Json& configuration)> run, std::size_t most_at_once)
    : run_(std::move(run)), most_at_once_(most_at_once) {}

Syncs::~Syncs() {
  drop_waiting();
  finish();
}

void Syncs::start(const std::string& id, Json configuration) {
  const std::lock_guard lock(mutex_);
  // A thread that has ended needs the lock no more: joining it here takes no time.
  std::erase_if(running_, [](const Running& sync) { return sync.has_ended; });
  waiting_.push_back({id, std::move(configuration)});
  begin_those_that_may();
}

void Syncs::finish() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [&] { return waiting_.empty() && running_count() == 0; });
  running_.clear();
}

std::size_t Syncs::drop_waiting() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {}).size();
}

std::size_t Syncs::running_count() const {
  return static_cast<std::size_t>(
      std::count_if(running_.begin(), running_.end(), [](const Running& sync) { return !sync.has_ended; }));
}

void Syncs::begin_those_that_may() {
  for (auto next = waiting_.begin(); next != waiting_.end() && running_count() < most_at_once_;) {
    if (ids_.contains(next->id)) {
      ++next;
      continue;
    }
    Waiting sync = std::move(*next);
    next = waiting_.erase(next);
    begin(std::move(sync));
  }
}

void Syncs::begin(Waiting next) {
  ids_.insert(next.id);
  Running& sync = running_.emplace_back();
  sync.thread = std::jthread([this, &sync, own = std::move(next)] {
    run_(own.configuration);
    const std::lock_guard lock(mutex_);
    ids_.erase(own.id);
    sync.has_ended = true;
    begin_those_that_may();
    ended_.notify_all();
  });
}

bool loop(const Oomnitza& cloud, Syncs& syncs, const LoopOptions& options, const Log& log,
          const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      Json configurations = cloud.check_managed();
      if (!configurations.empty()) log.info("Oomnitza asks for {} syncs", configurations.size());
      start_all(configurations, syncs, log);
      pause(options.pause, stop);
    } catch (const HttpError& error) {
      if (stop.stop_requested()) return true;
      if (error.status() < 300 && error.status() >= 200) {  // an answer that is no JSON
        log.error("{}", error.what());
        pause(options.pause, stop);
        continue;
      }
      const bool is_maintenance = error.repeats_used_up();
      if (!is_maintenance || !options.ignore_maintenance) {
        log.error("Oomnitza does not say what to run, the program ends: {}", error.what());
        return false;
      }
      log.warning("Oomnitza does not say what to run, it is asked again: {}", error.what());
      pause(options.maintenance_pause, stop);
    } catch (const SourceError& error) {
      log.error("{}", error.what());
      pause(options.pause, stop);
    }
  }
  return true;
}

}  // namespace connector::managed
