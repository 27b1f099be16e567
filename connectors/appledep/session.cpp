#include "appledep/session.h"

#include "connector/pages.h"

namespace connector::appledep {
namespace {

constexpr const char* session_header = "X-ADM-Auth-Session";

bool is_refused(const Response& response) {
  return response.status == 401 || response.status == 403;
}

}  // namespace

void Session::start() {
  const std::string address = url_ + "/session";
  const Response response = http_.send({.url = address,
                                        .headers = {{"Authorization", oauth1_header(keys_, "GET", address, {})}},
                                        .allow = {400, 401, 403}});
  require_terms(response);
  if (!response.ok()) {
    throw AuthenticationError(problem_of(response, log_) +
                              ". Check that api_token is the server token downloaded last and has not expired, and "
                              "that this machine's clock is right");
  }
  const Json body = response.json();
  const Json& session = at(body, "auth_session_token");
  if (!session.is_string() || session == "") {
    throw AuthenticationError(fmt::format("GET {}: the response holds no auth_session_token", response.url));
  }
  keep(session.get<std::string>());
}

Response Session::post(const std::string& path, const Json& body, const std::vector<int>& allow) {
  Response response = send(path, body, allow);
  if (is_refused(response)) {
    log_.info("Apple refused the session with status {}; starting a new one", response.status);
    start();
    response = send(path, body, allow);
    if (is_refused(response)) throw AuthenticationError(problem_of(response, log_));
  }
  return response;
}

Response Session::send(const std::string& path, const Json& body, const std::vector<int>& allow) {
  Request request{.method = "POST",
                  .url = url_ + path,
                  .headers = {{session_header, session_}},
                  .body = to_text(body),
                  .allow = {401, 403},
                  .secret_headers = {session_header}};
  request.allow.insert(request.allow.end(), allow.begin(), allow.end());
  Response response = http_.send(request);
  require_terms(response);
  if (const auto renewed = response.headers.find(session_header)) keep(*renewed);
  return response;
}

void Session::keep(const std::string& session) {
  log_.hide(session);
  session_ = session;
}

/// New terms and conditions have to be accepted several times a year.
void Session::require_terms(const Response& response) const {
  if (response.ok() || response.body.find("T_C_NOT_SIGNED") == std::string::npos) return;
  throw AuthenticationError(problem_of(response, log_) +
                            ". Apple has new terms and conditions: an administrator must sign in to Apple Business "
                            "(or School) Manager and accept them");
}

}  // namespace connector::appledep
