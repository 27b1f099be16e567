#include "sync/open_portions.h"

#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace connector {

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
  threads.reserve(open.size());
  for (const auto& [id, portion] : open) {
    const auto finalize = [&log, &portion = portion] {
      try {
        portion.finalize();
        log.error("{}: the sync did not end in time; its portion was finalized, what it still held was not delivered",
                  portion.sync);
      } catch (const std::exception& error) {
        log.error("{}: the sync did not end in time, and its portion could not be finalized: {}", portion.sync,
                  error.what());
      }
    };
    try {
      threads.emplace_back(finalize);
    } catch (const std::system_error&) {  // no more threads are to be had: one after the other
      finalize();
    }
  }
  return open.size();
}

}  // namespace connector
