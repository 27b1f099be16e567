#include "schedule/open_portions.h"

#include <exception>
#include <thread>
#include <vector>

namespace connector::integration {

OpenPortions::Entry::Entry(OpenPortions& portions, std::string portion, std::string sync,
                           std::function<void()> finalize)
    : portions_(portions), portion_(std::move(portion)) {
  const std::lock_guard lock(portions_.mutex_);
  portions_.open_.emplace(portion_, Portion{std::move(sync), std::move(finalize)});
}

bool OpenPortions::take(const std::string& portion) {
  const std::lock_guard lock(mutex_);
  return open_.erase(portion) > 0;
}

std::size_t OpenPortions::finalize_all(const Log& log) {
  std::map<std::string, Portion> open;
  {
    const std::lock_guard lock(mutex_);
    open.swap(open_);
  }
  std::vector<std::jthread> threads;
  for (const auto& [id, portion] : open) {
    threads.emplace_back([&log, &portion = portion] {
      try {
        portion.finalize();
        log.error("{}: the sync does not end; its session is finalized, what it holds is not delivered", portion.sync);
      } catch (const std::exception& error) {
        log.error("{}: the sync does not end, and its session is not finalized: {}", portion.sync, error.what());
      }
    });
  }
  return open.size();
}

}  // namespace connector::integration
