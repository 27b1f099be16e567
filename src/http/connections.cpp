#include "http/connections.h"

namespace connector::http {
namespace {

std::mutex& lock_of(curl_lock_data data, void* locks) {
  return static_cast<std::array<std::mutex, CURL_LOCK_DATA_LAST>*>(locks)->at(static_cast<std::size_t>(data));
}

void lock(CURL*, curl_lock_data data, curl_lock_access, void* locks) {
  lock_of(data, locks).lock();
}

void unlock(CURL*, curl_lock_data data, void* locks) {
  lock_of(data, locks).unlock();
}

CURLSH* new_share() {
  initialize_curl();
  CURLSH* share = curl_share_init();
  if (!share) throw std::bad_alloc();
  return share;
}

}  // namespace

CookieJar::CookieJar() : share_(new_share(), curl_share_cleanup) {
  curl_share_setopt(share_.get(), CURLSHOPT_USERDATA, locks_.get());
  curl_share_setopt(share_.get(), CURLSHOPT_LOCKFUNC, lock);
  curl_share_setopt(share_.get(), CURLSHOPT_UNLOCKFUNC, unlock);
  curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
}

Connections::Lease Connections::take() {
  const std::lock_guard lock(mutex_);
  if (!common_) common_.emplace(Common{connection_settings(tls_)});
  if (idle_.empty()) {
    return Lease(std::make_unique<Connection>(common_->settings, stop_, common_->cookies.share()).release(), {this});
  }
  Lease lease(idle_.back().release(), {this});
  idle_.pop_back();
  return lease;
}

std::unique_ptr<Connection> Connections::stranger() const {
  return std::make_unique<Connection>(common_->settings, stop_, nullptr);
}

void Connections::put_back(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
}

}  // namespace connector::http
