#pragma once

#include <atomic>
#include <chrono>
#include <stop_token>

namespace connector::http {

/// A stop that is requested as soon as one of two is.
class EitherStop {
 public:
  EitherStop(const std::stop_token& one, const std::stop_token& other)
      : one_(one, Note{source_}), other_(other, Note{source_}) {}

  std::stop_token token() const { return source_.get_token(); }

 private:
  struct Note {
    std::stop_source source;
    void operator()() { source.request_stop(); }
  };

  std::stop_source source_;
  std::stop_callback<Note> one_;
  std::stop_callback<Note> other_;
};

/// Knows since when the program is shutting down, and when the time for requests under way is over.
class StopClock {
 public:
  using Clock = std::chrono::steady_clock;

  StopClock(std::stop_token stop, std::chrono::milliseconds grace, std::chrono::milliseconds last_request)
      : stop_(std::move(stop)), grace_(grace), last_request_(last_request), note_(stop_, Note{this}) {}

  const std::stop_token& token() const { return stop_; }

  /// Whether a request that began then must end now.
  bool ends_request(Clock::time_point begin) const {
    if (!stop_.stop_requested()) return false;
    const Clock::time_point now = Clock::now();
    return now - stopped_.load() >= grace_ && now - begin >= last_request_;
  }

 private:
  struct Note {
    StopClock* clock;
    void operator()() const { clock->stopped_ = Clock::now(); }
  };

  std::stop_token stop_;
  std::chrono::milliseconds grace_;
  std::chrono::milliseconds last_request_;
  /// The far future until the note is taken: the stop is visible a moment before it.
  std::atomic<Clock::time_point> stopped_{Clock::time_point::max()};
  std::stop_callback<Note> note_;
};

}  // namespace connector::http
