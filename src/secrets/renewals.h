#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace connector {

/// Keeps what proves to stores who asks from running out between two syncs, on a thread of its own. Thread-safe.
class Renewals {
 public:
  using Clock = std::chrono::steady_clock;
  /// How long what was renewed holds from now on; nothing when it needs no more renewal.
  using Renew = std::function<std::optional<std::chrono::seconds>()>;

  /// delay: from the first use of a token to its first renewal. A short run renews nothing.
  explicit Renewals(Clock::duration delay = std::chrono::minutes(1));

  /// From now on `renew` is called whenever half of the time is over. token: kept once however often this is called.
  /// renew() tells by itself what goes wrong; when it throws, too, the token is renewed no more.
  void keep(const std::string& token, Renew renew);

 private:
  struct Item {
    Clock::time_point due;
    Renew renew;
  };

  void work(const std::stop_token& stop);

  const Clock::duration delay_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Item> items_;  ///< by token; those that are not renewed any more are due never
  std::jthread thread_;                ///< begins with the first token
};

}  // namespace connector
