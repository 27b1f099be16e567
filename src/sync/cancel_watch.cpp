#include "sync/cancel_watch.h"

#include <chrono>
#include <system_error>
#include <utility>

namespace connector {
namespace {

// Answers and payloads take about the same time. A payload that is ahead of its answers waits this long at most, so
// that few payloads follow a cancellation and a slow answer delays nothing.
constexpr std::chrono::milliseconds patience{50};

}  // namespace

CancelWatch::CancelWatch(std::function<bool()> ask, unsigned workers) : ask_(std::move(ask)), workers_(workers) {}

CancelWatch::~CancelWatch() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  question_.notify_all();
}

bool CancelWatch::may_send() {
  std::unique_lock lock(mutex_);
  if (canceled_) return false;
  const std::size_t number = ++asked_;
  if (threads_.size() < workers_) add_thread();
  if (threads_.empty()) {
    lock.unlock();
    return !ask_now();
  }
  question_.notify_one();
  answer_.wait(lock, [&] { return answered_ > 0; });
  answer_.wait_for(lock, patience, [&] { return canceled_ || answered_ + workers_ >= number; });
  return !canceled_;
}

/// The system may give no more threads: then those that there are answer, or whoever asks.
void CancelWatch::add_thread() {
  try {
    threads_.emplace_back([this] { answer_questions(); });
  } catch (const std::system_error&) {
  }
}

bool CancelWatch::ask_now() {
  const bool canceled = ask_();
  const std::lock_guard lock(mutex_);
  canceled_ = canceled_ || canceled;
  answer_.notify_all();
  return canceled_;
}

bool CancelWatch::is_canceled() const {
  const std::lock_guard lock(mutex_);
  return canceled_;
}

void CancelWatch::answer_questions() {
  std::unique_lock lock(mutex_);
  while (true) {
    question_.wait(lock, [&] { return ending_ || taken_ < asked_; });
    if (ending_) return;
    ++taken_;
    lock.unlock();
    const bool canceled = ask_();
    lock.lock();
    ++answered_;
    canceled_ = canceled_ || canceled;
    answer_.notify_all();
  }
}

}  // namespace connector
