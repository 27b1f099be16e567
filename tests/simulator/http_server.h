#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace connector::simulator {

/// One request as the server saw it.
struct Request {
  std::string method;
  std::string target;                          ///< path and query as they came
  std::string path;                            ///< as it came, still percent-encoded
  std::map<std::string, std::string> query;    ///< decoded; of a name that comes twice the last value counts
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// The header's value, empty when there is none. name: in lower case.
  std::string header(const std::string& name) const;
  /// The body as application/x-www-form-urlencoded.
  std::map<std::string, std::string> form() const;
  /// "GET /path?query"
  std::string line() const { return method + " " + target; }
};

/// What goes back.
struct Answer {
  int status = 200;  ///< 0: the connection is dropped without a byte
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::chrono::microseconds delay{0};  ///< waits before answering
  bool truncated = false;              ///< breaks off in the middle of the body
};

/// PEM files of a server that speaks TLS.
struct ServerCertificate {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// An HTTP/1.1 server, on the loopback interface unless told otherwise: hands each request to one function, which runs
/// on many threads. Each connection is kept open and occupies a thread.
class HttpServer {
 public:
  using Handler = std::function<Answer(const Request&)>;

  struct Options {
    int port = 0;  ///< 0: a free one
    std::size_t connections = 32;
    std::optional<ServerCertificate> certificate = {};
    std::string host = "127.0.0.1";  ///< the address to listen on
  };

  /// Listens when the constructor has returned. Throws std::runtime_error when the port is taken.
  HttpServer(Options options, Handler handler);
  /// Ends open connections and waits of answers at once.
  ~HttpServer();

  int port() const;
  /// http://127.0.0.1:PORT, with TLS https://localhost:PORT.
  std::string url() const;

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace connector::simulator
