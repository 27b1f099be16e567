#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "connector/log.h"
#include "state/inbox_store.h"

namespace connector::server {

/// The events that wait to be worked off, a queue for each section. What was accepted is stored first: many events that
/// come at the same time go into the store together. Safe to use from several threads.
class Inbox {
 public:
  enum class Outcome {
    accepted,    ///< stored, or its record waits already
    full,        ///< too many wait
    not_stored,  ///< the store failed, which is logged
  };
  using Told = std::function<void(Outcome)>;

  /// store: nothing when events need not outlast the process. Events of earlier processes wait from now on. Throws what
  /// the store throws.
  Inbox(std::unique_ptr<InboxStore> store, Log log);
  ~Inbox() { close(); }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// From now on nothing is added, and all have been told.
  void close();

  /// Adds an event unless one for the same record waits. capacity: how many may wait. told: called once, here or on
  /// another thread.
  void add(const std::string& section, const std::string& key, std::size_t capacity, Told told);

  /// The oldest events of a section, `most` of them at most: waits until there are some. None: stop has come, and
  /// nothing waits. They are kept in the store until forget().
  std::vector<InboxEvent> take(const std::string& section, std::size_t most, const std::stop_token& stop);

  /// Has events that were taken wait again, before all others.
  void put_back(std::vector<InboxEvent> events);

  /// Forgets events that were taken.
  void forget(const std::vector<InboxEvent>& events);

  std::size_t waiting(const std::string& section) const;

  /// Those that were not worked off, taken or not, of each section that has some.
  std::map<std::string, std::size_t> left() const;

 private:
  struct Queue {
    std::deque<InboxEvent> ready;  ///< they are stored
    std::set<std::string> keys;    ///< of those that wait, stored or about to be
    std::size_t under_way = 0;     ///< taken and not forgotten
  };
  struct Request {
    std::string section;
    std::string key;
    Told told;
  };
  struct Round {
    std::vector<InboxEvent> added;
    std::vector<std::int64_t> removed;
    std::vector<Request> requests;

    bool empty() const { return added.empty() && removed.empty() && requests.empty(); }
  };

  void write_rounds(const std::stop_token& end);
  bool write(Round round);
  Outcome store(const Round& round);
  void note_stored(Round& round);
  void note_failure(Round& round);

  const std::unique_ptr<InboxStore> store_;
  const Log log_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Queue> queues_;
  Round next_;
  std::int64_t last_number_ = 0;
  bool is_closed_ = false;
  std::jthread writer_;  ///< last: it ends before all else
};

}  // namespace connector::server
