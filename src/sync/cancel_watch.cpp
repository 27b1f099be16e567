#include "sync/cancel_watch.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace connector {
namespace {

// Answers and payloads take about the same time. A payload that is ahead of its answers waits this long at most, so
// that few payloads follow a cancellation and a slow answer delays nothing.
constexpr std::chrono::milliseconds patience{50};

// As many payloads as this share of those sent may go out between two questions: a short run is asked about for each
// one, and few follow a cancellation.
constexpr std::size_t share_unasked = 32;

}  // namespace

CancelWatch::CancelWatch(std::function<bool()> ask, unsigned workers, Clock::duration interval)
    : ask_(std::move(ask)), workers_(workers), interval_(interval) {}

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
  const std::size_t number = ++payloads_;
  const std::size_t unasked = number / share_unasked;
  if (number > asked_ + unasked || Clock::now() - asked_at_ >= interval_) put_question();
  if (threads_.empty()) {
    lock.unlock();
    return !ask_now();
  }
  answer_.wait(lock, [&] { return answered_ > 0; });
  answer_.wait_for(lock, patience, [&] { return canceled_ || number <= answered_ + workers_ + unasked; });
  return !canceled_;
}

bool CancelWatch::ask_now() {
  std::unique_lock lock(mutex_);
  const std::size_t number = payloads_;
  asked_at_ = Clock::now();
  lock.unlock();
  const bool canceled = ask_();
  lock.lock();
  note_answer(number, canceled);
  return canceled_;
}

bool CancelWatch::is_canceled() const {
  const std::lock_guard lock(mutex_);
  return canceled_;
}

void CancelWatch::put_question() {
  asked_ = payloads_;
  asked_at_ = Clock::now();
  try {
    if (busy_ == threads_.size() && threads_.size() < workers_) threads_.emplace_back([this] { answer_questions(); });
  } catch (const std::system_error&) {  // no more threads are to be had: those that there are answer, or whoever asks
  }
  question_.notify_one();
}

void CancelWatch::answer_questions() {
  std::unique_lock lock(mutex_);
  while (true) {
    question_.wait(lock, [&] { return ending_ || taken_ < asked_; });
    if (ending_) return;
    const std::size_t number = taken_ = asked_;
    ++busy_;
    lock.unlock();
    const bool canceled = ask_();
    lock.lock();
    --busy_;
    note_answer(number, canceled);
  }
}

void CancelWatch::note_answer(std::size_t payloads, bool canceled) {
  asked_ = std::max(asked_, payloads);
  taken_ = std::max(taken_, payloads);
  answered_ = std::max(answered_, payloads);
  canceled_ = canceled_ || canceled;
  answer_.notify_all();
}

}  // namespace connector
