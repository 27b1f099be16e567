#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "http/connection.h"

namespace connector::http {

/// The cookies of a session, shared by its connections.
class CookieJar {
 public:
  CookieJar();
  CURLSH* share() const { return share_.get(); }

 private:
  using Locks = std::array<std::mutex, CURL_LOCK_DATA_LAST>;  // one for each kind of data: libcurl nests them
  std::unique_ptr<Locks> locks_ = std::make_unique<Locks>();
  std::unique_ptr<CURLSH, CURLSHcode (*)(CURLSH*)> share_;
};

/// The connections of a session: as many as threads use at once, kept for the next request.
class Connections {
 public:
  Connections(TlsSettings tls, std::stop_token stop, const Timing& timing)
      : tls_(std::move(tls)), stop_(std::move(stop), timing.grace, timing.last_request) {}

  /// Puts a connection back when it is no longer used.
  struct Return {
    Connections* home;
    void operator()(Connection* connection) const { home->put_back(std::unique_ptr<Connection>(connection)); }
  };
  using Lease = std::unique_ptr<Connection, Return>;

  Lease take();
  /// A connection that neither knows nor tells the session's cookies. To be called after take().
  std::unique_ptr<Connection> stranger() const;

  const std::stop_token& stop() const { return stop_.token(); }

 private:
  /// Made with the first request: a session that asks nothing costs nothing.
  struct Common {
    ConnectionSettings settings;
    CookieJar cookies = {};
  };

  void put_back(std::unique_ptr<Connection> connection);

  TlsSettings tls_;
  StopClock stop_;
  std::mutex mutex_;
  std::optional<Common> common_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace connector::http
