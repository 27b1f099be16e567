#include "server/section_worker.h"

#include <algorithm>
#include <utility>

#include "platform/wait.h"

namespace connector::server {
namespace {

constexpr std::size_t most_at_once = 100;

}  // namespace

SectionWorker::SectionWorker(std::string section, Inbox& inbox, Work work, Ends ends, std::chrono::milliseconds pause)
    : section_(std::move(section)), inbox_(inbox), work_(std::move(work)), ends_(std::move(ends)), pause_(pause) {}

void SectionWorker::start() {
  thread_ = std::jthread([this] { run(); });
}

void SectionWorker::finish() {
  if (thread_.joinable()) thread_.join();
}

void SectionWorker::run() {
  while (!ends_.give_up.stop_requested()) {
    std::vector<InboxEvent> events = inbox_.take(section_, most_at_once, ends_.stop);
    if (events.empty()) return;
    if (!work_off(std::move(events)) && !wait_for(pause_, ends_.stop)) return;
  }
}

/// Whether they need not be tried again.
bool SectionWorker::work_off(std::vector<InboxEvent> events) {
  std::vector<std::string> keys;
  for (const InboxEvent& event : events) keys.push_back(event.key);
  const std::optional<std::size_t> failed = work_(keys);
  if (!failed) {
    inbox_.put_back(std::move(events));
    return false;
  }
  failed_ += *failed;
  done_ += keys.size() - std::min(*failed, keys.size());
  inbox_.forget(events);
  return true;
}

}  // namespace connector::server
