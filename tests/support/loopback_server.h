#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connector/http.h"
#include "support/certificate.h"

namespace connector::test {

/// A request as the server saw it.
struct Received {
  std::string method;
  std::string target;  ///< path and query, still encoded
  Headers headers;
  std::string body;

  std::string path() const { return target.substr(0, target.find('?')); }
  /// The header's value, "" when there is none.
  std::string header(std::string_view name) const { return headers.find(name).value_or(""); }
};

struct Answer {
  int status = 200;
  std::string body = {};
  Headers headers = {};
  std::string content_type = "application/json";
};

/// A scripted HTTP or HTTPS server on 127.0.0.1 and a free port, with threads of its own. What is not scripted is
/// answered with 404. JSON and text go compressed to clients that accept it.
class LoopbackServer {
 public:
  using Handler = std::function<Answer(const Received&)>;

  LoopbackServer();
  /// HTTPS. clients: when given, a client must present this certificate.
  explicit LoopbackServer(const Certificate& certificate, const Certificate* clients = nullptr);
  ~LoopbackServer();

  /// Answers requests for this path one after the other; the last answer is for all that follow. method: GET (HEAD
  /// too), POST, PUT, PATCH, DELETE.
  void on(const std::string& method, const std::string& path, std::vector<Answer> answers);
  /// The handler is called by several threads, one at a time.
  void handle(const std::string& method, const std::string& path, Handler handler);
  /// Answers what no route does.
  void otherwise(Handler handler);

  int port() const;
  /// http://127.0.0.1:PORT and the path.
  std::string url(const std::string& path = "") const;

  /// What came in so far, in order.
  std::vector<Received> requests() const;
  std::vector<Received> requests(const std::string& method, const std::string& path) const;
  /// How many connections those came by.
  std::size_t connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace connector::test
