#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace connector::test {

/// Bytes that a raw server sends for a request, and what becomes of the connection.
struct RawAnswer {
  enum class Then { close, reset, keep };

  std::string bytes;
  Then then = Then::close;
};

/// A server on 127.0.0.1 and a free port that answers requests with any bytes: for broken answers.
class RawServer {
 public:
  /// Requests are answered in order; the last answer is for all that follow.
  explicit RawServer(std::vector<RawAnswer> answers);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  int port() const { return port_; }
  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  /// The requests so far, to the byte.
  std::vector<std::string> requests() const;

 private:
  struct Client {
    int socket;
    std::string received = {};
  };
  void serve();
  bool serve(Client& client);
  bool answer(int socket);

  std::vector<RawAnswer> answers_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace connector::test
