#include "server/section_worker.h"

#include <algorithm>
#include <utility>

namespace connector::server {
namespace {

constexpr std::size_t most_at_once = 100;

}  // namespace

SectionWorker::SectionWorker(std::string section, Inbox& inbox, Work work, Ends ends)
    : section_(std::move(section)), inbox_(inbox), work_(std::move(work)), ends_(std::move(ends)) {}

void SectionWorker::start() {
  thread_ = std::jthread([this] { run(); });
}

void SectionWorker::finish() {
  if (thread_.joinable()) thread_.join();
}

void SectionWorker::run() {
  while (!ends_.give_up.stop_requested()) {
    const std::vector<InboxEvent> events = inbox_.take(section_, most_at_once, ends_.stop);
    if (events.empty()) return;
    work_off(events);
  }
}

void SectionWorker::work_off(const std::vector<InboxEvent>& events) {
  std::vector<std::string> keys;
  for (const InboxEvent& event : events) keys.push_back(event.key);
  const std::optional<std::size_t> failed = work_(keys);
  if (!failed) return;  // they stay in the store
  failed_ += *failed;
  done_ += keys.size() - std::min(*failed, keys.size());
  inbox_.forget(events);
}

}  // namespace connector::server
