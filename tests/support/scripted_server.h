#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "connector/json.h"
#include "simulator/http_server.h"

namespace connector::test {

/// Replaces ${NAME}s in a text.
using Substitute = std::function<std::string(std::string)>;

/// When a route answers, and with what: the first time with the first step, and so on; the last one retries.
struct Route {
  struct Step {
    bool pass = false;  ///< as if the route were not there
    simulator::Answer answer;
  };

  std::string method = "GET";
  std::string path;
  std::optional<std::regex> path_regex;
  std::map<std::string, std::string> query;            ///< must be among the request's
  std::map<std::string, std::string> headers;          ///< likewise; names in lower case
  std::map<std::string, std::string> headers_contain;  ///< parts of header values
  std::string target_contains;
  std::vector<std::string> body_contains;
  std::optional<Json> json;
  std::optional<std::map<std::string, std::string>> form;
  std::vector<Step> steps;
  std::size_t calls = 0;

  bool matches(const simulator::Request& request) const;
};

/// Reads a route of a scenario. Throws std::runtime_error for keys it does not know.
Route parse_route(const Json& description);

/// A server that answers from a list of routes, the first that matches; the others go to `default_value`, which without
/// one says 404. It remembers all requests.
class ScriptedServer {
 public:
  ScriptedServer(const Json& routes, Substitute substitute, std::optional<simulator::ServerCertificate> certificate,
                 simulator::HttpServer::Handler default_value = {});

  std::string url() const { return server_.url(); }
  std::vector<simulator::Request> requests() const;
  /// Requests that nothing answered.
  std::vector<simulator::Request> unmatched() const;

 private:
  simulator::Answer answer(const simulator::Request& request);
  std::optional<simulator::Answer> scripted(const simulator::Request& request);

  mutable std::mutex mutex_;
  std::vector<Route> routes_;
  Substitute substitute_;
  simulator::HttpServer::Handler default_value_;
  std::vector<simulator::Request> requests_;
  std::vector<simulator::Request> unmatched_;
  simulator::HttpServer server_;  // last: its threads use the others
};

}  // namespace connector::test
