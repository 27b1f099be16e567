#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "server/inbox.h"

namespace connector::server {

/// Works a section's events off, as many at once as wait (a hundred at most), on a thread of its own. Ends when it was
/// asked to stop and nothing waits.
class SectionWorker {
 public:
  /// Reads and delivers the records of these keys. How many of them failed; nothing: it was interrupted or could not
  /// begin, and they are to be kept. Must not throw.
  using Work = std::function<std::optional<std::size_t>(const std::vector<std::string>& keys)>;

  /// When it ends: once `stop` was requested and nothing waits, or at the next batch after `give_up`.
  struct Ends {
    std::stop_token stop;
    std::stop_token give_up;
  };

  /// After which what could not begin is tried again.
  static constexpr std::chrono::milliseconds usual_pause{30'000};

  /// inbox: outlives it.
  SectionWorker(std::string section, Inbox& inbox, Work work, Ends ends, std::chrono::milliseconds pause = usual_pause);

  const std::string& section() const { return section_; }
  std::size_t done() const { return done_; }
  std::size_t failed() const { return failed_; }

  void start();
  /// Waits until it has ended, if it was started.
  void finish();

 private:
  void run();
  bool work_off(std::vector<InboxEvent> events);

  const std::string section_;
  Inbox& inbox_;
  const Work work_;
  const Ends ends_;
  const std::chrono::milliseconds pause_;
  std::atomic<std::size_t> done_ = 0;
  std::atomic<std::size_t> failed_ = 0;
  std::jthread thread_;
};

}  // namespace connector::server
