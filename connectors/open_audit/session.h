#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "connector/http.h"
#include "connector/log.h"

namespace connector::open_audit {

struct Credentials {
  std::string username;
  std::string password;
};

/// A session with an Open-AudIT server, which sends to its logon page where others answer 401. For several threads.
class Session {
 public:
  /// Logs on. address: of index.php. Throws HttpError, and AuthenticationError when the logon gives no session.
  Session(Http& http, Log log, std::string address, Credentials credentials);

  /// GET of a path behind index.php. When the session has ended: logs on once more, and asks again once.
  Response get(const std::string& path, const Query& query);

  /// Whether the session is called as it was up to version 4. Other names say nothing.
  bool is_old() const { return is_old_; }

 private:
  void log_on();
  void renew(unsigned ended);

  Http& http_;
  const Log log_;
  const std::string address_;
  const Credentials credentials_;
  std::atomic<bool> is_old_ = false;
  std::atomic<unsigned> number_ = 0;
  std::mutex renewal_;
};

}  // namespace connector::open_audit
