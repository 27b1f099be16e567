#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "connector/log.h"
#include "server/endpoint.h"
#include "server/routes.h"

namespace connector::server {

/// What a client may take. Tests have less time.
struct Limits {
  std::size_t connections = 256;                                 ///< beyond them the longest idle one makes room
  std::size_t head = 32 * 1024;                                  ///< bytes of request line and header fields
  std::chrono::milliseconds request = std::chrono::seconds(10);  ///< from a request's first byte to its last
  std::chrono::milliseconds reply = std::chrono::seconds(10);    ///< for taking a response
  std::chrono::milliseconds idle = std::chrono::seconds(75);     ///< between requests
};

/// An HTTP/1.1 server with one thread, which also calls the routes. TLS is a reverse proxy's task.
class Listener {
 public:
  /// Listens when the constructor has returned. Throws ConfigError when it cannot.
  Listener(const Endpoint& endpoint, Routes routes, Log log, Limits limits = {});
  /// Ends all connections.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int port() const;
  /// "http://127.0.0.1:8000"
  std::string url() const;
  /// Whether only this machine can reach it.
  bool is_loopback() const;

  /// Whether its thread goes round: it has done so within half a minute.
  bool is_alive() const;

  /// How many clients are connected.
  std::size_t connections() const;

  /// From now on no new connection is taken, and each one ends with its next response.
  void stop_accepting();

 private:
  class Acceptor;
  std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace connector::server
