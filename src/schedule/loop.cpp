#include "schedule/loop.h"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

#include "connector/error.h"
#include "integration/definition.h"
#include "platform/limits.h"
#include "platform/wait.h"

namespace connector::schedule {
namespace {

constexpr std::size_t max_waiting = 100;  // of one integration

bool is_away(const HttpError& error) {
  return error.retries_exhausted();
}

/// Refused credentials do, and maintenance where it is not ignored. Another refusal (409) may be of this moment; a
/// response that is not a list of configurations (a proxy's page, something too large or nested too deeply) is nobody's
/// word.
bool ends_the_loop(const HttpError& error, const LoopOptions& options) {
  return is_away(error) ? !options.ignore_maintenance : error.status() == 401 || error.status() == 403;
}

bool is_wanted(const std::string& section, const std::vector<std::string>& only) {
  return only.empty() || std::find(only.begin(), only.end(), section) != only.end();
}

void start_all(const Json& configurations, Syncs& syncs, const LoopOptions& options, const Log& log) {
  for (const Json& configuration : configurations) {
    try {
      const integration::Identity identity = integration::identify(configuration);
      if (is_wanted(identity.section(), options.only)) {
        syncs.start(identity.service, configuration);
      } else {
        log.info("{} waits for its next time: the command line names other integrations", identity.section());
      }
    } catch (const std::exception& error) {
      log.error("{}", error.what());
    }
  }
}

}  // namespace

Syncs::Syncs(std::function<void(const Json& configuration)> run, std::size_t max_at_once, std::size_t max_waiting_bytes)
    : run_(std::move(run)), max_at_once_(max_at_once), max_waiting_bytes_(max_waiting_bytes) {}

Syncs::~Syncs() {
  drop_waiting();
  finish();
}

void Syncs::start(const std::string& id, const Json& configuration) {
  const std::lock_guard lock(mutex_);
  // A thread that has ended needs the lock no more: joining it here takes no time.
  std::erase_if(running_, [](const Running& sync) { return sync.has_ended; });
  auto text = std::make_shared<const std::string>(to_text(configuration));
  check_room(id, text->size());
  waiting_bytes_ += text->size();
  waiting_.push_back({id, std::move(text)});
  begin_those_that_may();
  if (waiting_.empty() || running_count() > 0) return;
  waiting_.clear();  // there is no thread for any, and none that ends and could begin the next
  waiting_bytes_ = 0;
  throw SourceError(fmt::format("integration {}: sync skipped: {}", id, too_many_threads));
}

void Syncs::finish() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [&] { return waiting_.empty() && running_count() == 0; });
  running_.clear();
}

std::size_t Syncs::drop_waiting() {
  const std::lock_guard lock(mutex_);
  waiting_bytes_ = 0;
  return std::exchange(waiting_, {}).size();
}

/// A source that is slower than its schedule, or a cloud that hands out without end, must not fill the memory.
void Syncs::check_room(const std::string& id, std::size_t bytes) const {
  const auto same =
      std::count_if(waiting_.begin(), waiting_.end(), [&](const Waiting& other) { return other.id == id; });
  if (static_cast<std::size_t>(same) >= max_waiting) {
    throw SourceError(fmt::format("integration {}: sync skipped: {} of its syncs are waiting already", id, same));
  }
  if (waiting_bytes_ + bytes > max_waiting_bytes_) {
    throw SourceError(fmt::format("integration {}: sync skipped: {} syncs are waiting already", id, waiting_.size()));
  }
}

std::size_t Syncs::running_count() const {
  return static_cast<std::size_t>(
      std::count_if(running_.begin(), running_.end(), [](const Running& sync) { return !sync.has_ended; }));
}

void Syncs::begin_those_that_may() {
  for (auto next = waiting_.begin(); next != waiting_.end() && running_count() < max_at_once_;) {
    if (ids_.contains(next->id)) {
      ++next;
      continue;
    }
    if (!begin(*next)) return;
    waiting_bytes_ -= next->configuration->size();
    next = waiting_.erase(next);
  }
}

/// False when the system gives no thread: then it waits on, until another one ends or comes.
bool Syncs::begin(const Waiting& next) {
  Running& sync = running_.emplace_back();
  try {
    sync.thread = std::jthread([this, &sync, own = next] {
      run_(parse_json(*own.configuration));
      const std::lock_guard lock(mutex_);
      ids_.erase(own.id);
      sync.has_ended = true;
      begin_those_that_may();
      ended_.notify_all();
    });
  } catch (const std::system_error&) {
    running_.pop_back();
    return false;
  }
  ids_.insert(next.id);
  return true;
}

bool loop(const Oomnitza& cloud, Syncs& syncs, const LoopOptions& options, const Log& log,
          const std::stop_token& stop) {
  bool has_failed = false;
  while (!stop.stop_requested()) {
    try {
      const Json configurations = cloud.check_managed();
      if (std::exchange(has_failed, false)) log.info("Oomnitza can be reached again");
      if (!configurations.empty()) log.info("Oomnitza ordered {} syncs", configurations.size());
      start_all(configurations, syncs, options, log);
      wait_for(options.pause, stop);
    } catch (const HttpError& error) {
      if (stop.stop_requested()) return true;
      has_failed = true;
      if (ends_the_loop(error, options)) {
        log.error("could not fetch the integrations to run; shutting down: {}", error.what());
        return false;
      }
      log.warning("could not fetch the integrations to run; retrying: {}", error.what());
      wait_for(is_away(error) ? options.maintenance_pause : options.pause, stop);
    } catch (const std::exception& error) {
      has_failed = true;
      log.error("could not fetch the integrations to run; retrying: {}", error.what());
      wait_for(options.pause, stop);
    }
  }
  return true;
}

}  // namespace connector::schedule
