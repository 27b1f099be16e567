#include "server/inbox.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "platform/limits.h"
#include "platform/wait.h"

namespace connector::server {
namespace {

constexpr std::chrono::milliseconds pause_after_failure{100};

}  // namespace

Inbox::Inbox(std::unique_ptr<InboxStore> store, Log log) : store_(std::move(store)), log_(std::move(log)) {
  if (store_) {
    for (InboxEvent& event : store_->load()) {
      last_number_ = std::max(last_number_, event.number);
      Queue& queue = queues_[event.section];
      queue.keys.insert(event.key);
      queue.ready.push_back(std::move(event));
    }
  }
  writer_ = std::jthread([this](const std::stop_token& end) { write_rounds(end); });
}

void Inbox::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  writer_ = {};  // asks it to end once all is stored, and waits for that
}

void Inbox::add(const std::string& section, const std::string& key, std::size_t capacity, Told told) {
  {
    const std::lock_guard lock(mutex_);
    Queue& queue = queues_[section];
    if (!is_closed_ && (queue.keys.contains(key) || queue.keys.size() < capacity)) {
      if (queue.keys.insert(key).second) next_.added.push_back({++last_number_, section, key});
      next_.requests.push_back({section, key, std::move(told)});
      changed_.notify_all();
      return;
    }
  }
  told(Outcome::full);
}

std::vector<InboxEvent> Inbox::take(const std::string& section, std::size_t most, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  Queue& queue = queues_[section];
  changed_.wait(lock, stop, [&] { return !queue.ready.empty(); });
  // Those that are about to be stored have been promised: they come now or not at all.
  changed_.wait(lock, [&] { return !queue.ready.empty() || queue.keys.empty(); });
  const auto end = queue.ready.begin() + static_cast<std::ptrdiff_t>(std::min(most, queue.ready.size()));
  std::vector<InboxEvent> taken(std::make_move_iterator(queue.ready.begin()), std::make_move_iterator(end));
  queue.ready.erase(queue.ready.begin(), end);
  for (const InboxEvent& event : taken) queue.keys.erase(event.key);
  queue.under_way += taken.size();
  return taken;
}

void Inbox::put_back(std::vector<InboxEvent> events) {
  const std::lock_guard lock(mutex_);
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    Queue& queue = queues_[event->section];
    --queue.under_way;
    // One for the same record that has come meanwhile has taken its place in the store, too.
    if (queue.keys.insert(event->key).second) queue.ready.push_front(std::move(*event));
  }
  changed_.notify_all();
}

void Inbox::forget(const std::vector<InboxEvent>& events) {
  const std::lock_guard lock(mutex_);
  for (const InboxEvent& event : events) {
    --queues_[event.section].under_way;
    next_.removed.push_back(event.number);
  }
  changed_.notify_all();
}

std::size_t Inbox::waiting(const std::string& section) const {
  const std::lock_guard lock(mutex_);
  const auto queue = queues_.find(section);
  return queue == queues_.end() ? 0 : queue->second.keys.size();
}

std::map<std::string, std::size_t> Inbox::left() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::size_t> left;
  for (const auto& [section, queue] : queues_) {
    if (const std::size_t count = queue.keys.size() + queue.under_way; count > 0) left[section] = count;
  }
  return left;
}

void Inbox::write_rounds(const std::stop_token& end) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, end, [&] { return !next_.empty(); })) {
    Round round = std::exchange(next_, {});
    lock.unlock();
    if (!write(std::move(round)) && !wait_for(pause_after_failure, end)) return;
    lock.lock();
  }
}

bool Inbox::write(Round round) {
  const Outcome outcome = store(round);
  {
    const std::lock_guard lock(mutex_);
    outcome == Outcome::accepted ? note_stored(round) : note_failure(round);
    changed_.notify_all();
  }
  for (const Request& request : round.requests) request.told(outcome);
  return outcome == Outcome::accepted;
}

Inbox::Outcome Inbox::store(const Round& round) {
  try {
    if (store_ && !(round.added.empty() && round.removed.empty())) store_->update(round.added, round.removed);
    return Outcome::accepted;
  } catch (const std::exception& error) {
    log_.error("events cannot be stored, so they are refused: {}", reason(error));
    return Outcome::not_stored;
  }
}

void Inbox::note_stored(Round& round) {
  for (InboxEvent& event : round.added) queues_[event.section].ready.push_back(std::move(event));
}

/// Also those that came meanwhile and rely on what was not stored.
void Inbox::note_failure(Round& round) {
  for (const InboxEvent& event : round.added) queues_[event.section].keys.erase(event.key);
  const auto relies_on_it = [&](const Request& request) {
    return std::any_of(round.added.begin(), round.added.end(), [&](const InboxEvent& event) {
      return event.section == request.section && event.key == request.key;
    });
  };
  const auto dependent = std::stable_partition(next_.requests.begin(), next_.requests.end(),
                                               [&](const Request& request) { return !relies_on_it(request); });
  std::move(dependent, next_.requests.end(), std::back_inserter(round.requests));
  next_.requests.erase(dependent, next_.requests.end());
  next_.removed.insert(next_.removed.end(), round.removed.begin(), round.removed.end());
}

}  // namespace connector::server
