#include "log/rate_limited.h"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

namespace connector {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes period{10};
constexpr std::size_t max_lines = 200;

class RateLimitedOutput final : public Log::Output {
 public:
  RateLimitedOutput(Log log, std::function<Clock::time_point()> now)
      : log_(std::move(log)), now_(std::move(now)), begin_(now_()) {}
  ~RateLimitedOutput() override { tell_left_out(); }
  RateLimitedOutput(const RateLimitedOutput&) = delete;
  RateLimitedOutput& operator=(const RateLimitedOutput&) = delete;

  bool enabled(Level level) const override { return log_.enabled(level); }
  void write(Level level, const std::string& message) override {
    if (level < Level::warning || is_worth_a_line(message)) log_.write(level, "{}", message);
  }
  void hide(std::string_view secret) override { log_.hide(secret); }
  std::string redact(std::string text) const override { return log_.redact(std::move(text)); }

 private:
  bool is_worth_a_line(const std::string& message) {
    const std::lock_guard lock(mutex_);
    if (now_() - begin_ >= period) {
      tell_left_out();
      written_.clear();
      begin_ = now_();
    }
    const bool is_worth_it = written_.size() < max_lines && written_.insert(std::hash<std::string>()(message)).second;
    if (!is_worth_it) ++left_out_;
    return is_worth_it;
  }

  void tell_left_out() {
    if (const std::size_t count = std::exchange(left_out_, 0); count > 0) {
      log_.warning("{} more lines like those before were not written", count);
    }
  }

  const Log log_;
  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  Clock::time_point begin_;
  std::unordered_set<std::size_t> written_;  ///< their hashes
  std::size_t left_out_ = 0;
};

}  // namespace

Log rate_limited(Log log, std::function<Clock::time_point()> now) {
  return Log(std::make_shared<RateLimitedOutput>(std::move(log), std::move(now)));
}

}  // namespace connector
