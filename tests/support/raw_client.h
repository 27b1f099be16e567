#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace connector::test {

/// A connection to a server on 127.0.0.1 that sends any bytes and reads what comes. Ends at destruction.
class RawClient {
 public:
  /// Throws std::runtime_error when it is refused.
  explicit RawClient(int port);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;
  RawClient(const RawClient&) = delete;

  /// False when the server has closed the connection.
  bool send(const std::string& bytes) const;

  /// The next response, head and body (by its Content-Length, if `has_body`); what has come until the connection ended,
  /// or until `longest` has passed.
  std::string response(bool has_body = true, std::chrono::milliseconds longest = std::chrono::seconds(20));

  /// Whether the server closes the connection within that time.
  bool is_closed(std::chrono::milliseconds longest = std::chrono::seconds(20));

 private:
  bool receive(std::chrono::steady_clock::time_point deadline);

  int socket_ = -1;
  bool has_ended_ = false;
  std::string received_;
};

/// The status of a response; 0 when it is none.
int status_of(const std::string& response);

}  // namespace connector::test
