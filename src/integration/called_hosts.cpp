#include "integration/called_hosts.h"

#include <utility>

namespace connector::integration {
namespace {

constexpr std::size_t max_hosts = 100;  // of a section: they may be made up

}  // namespace

void CalledHosts::note(const std::string& section, const std::string& host) {
  const std::lock_guard lock(mutex_);
  auto& known = hosts_[section];
  if (known.size() < max_hosts) known.try_emplace(host, false);
}

std::string CalledHosts::take_news(const std::string& section) {
  const std::lock_guard lock(mutex_);
  std::string news;
  for (auto& [host, is_told] : hosts_[section]) {
    if (!std::exchange(is_told, true)) news += (news.empty() ? "" : ", ") + host;
  }
  return news;
}

}  // namespace connector::integration
