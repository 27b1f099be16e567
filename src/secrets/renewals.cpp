#include "secrets/renewals.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "connector/error.h"

namespace connector {

Renewals::Renewals(Clock::duration delay) : delay_(delay) {}

void Renewals::keep(const std::string& token, Renew renew) {
  const std::lock_guard lock(mutex_);
  if (!items_.try_emplace(token, Item{Clock::now() + delay_, std::move(renew)}).second) return;
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  changed_.notify_one();
}

void Renewals::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto next = std::min_element(items_.begin(), items_.end(),
                                       [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
    const std::size_t known = items_.size();
    const Clock::time_point due = next->second.due;
    changed_.wait_until(lock, stop, due, [&] { return items_.size() > known; });
    if (stop.stop_requested() || items_.size() > known || Clock::now() < due) continue;
    Item& item = next->second;  // stays where it is: nothing is ever taken out
    lock.unlock();
    std::optional<std::chrono::seconds> lifetime;
    try {
      lifetime = item.renew();
    } catch (const Stopped&) {
      return;
    } catch (const std::exception&) {  // told by renew()
    }
    lock.lock();
    item.due = lifetime ? Clock::now() + std::chrono::milliseconds(*lifetime) / 2 : Clock::time_point::max();
  }
}

}  // namespace connector
