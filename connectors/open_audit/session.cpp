#include "open_audit/session.h"

#include "connector/pages.h"

namespace connector::open_audit {
namespace {

constexpr int max_redirects = 10;

bool is_followed_with_get(const Response& response) {
  return response.status >= 301 && response.status <= 303 && response.headers.contains("Location");
}

bool wants_logon(const Response& response) {
  const std::size_t begin = response.body.find_first_not_of(" \t\r\n");
  const bool is_html = begin != std::string::npos && response.body[begin] == '<';
  return response.status == 401 || (response.ok() && is_html) ||
         (response.status / 100 == 3 &&
          response.headers.find("Location").value_or("").find("/logon") != std::string::npos);
}

}  // namespace

Session::Session(Http& http, Log log, std::string address, Credentials credentials)
    : http_(http), log_(std::move(log)), address_(std::move(address)), credentials_(std::move(credentials)) {
  log_on();
}

/// The session is all cookies that the logon or a redirect behind it sets.
void Session::log_on() {
  Request request{.method = "POST",
                  .url = address_ + "/logon",
                  .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                  .body = "username=" + percent_encoded(credentials_.username) +
                          "&password=" + percent_encoded(credentials_.password),
                  .accept = is_followed_with_get,
                  .stay_on_host = true};
  Response response = http_.send(request);
  std::string cookies = response.headers.find("Set-Cookie").value_or("");
  for (int redirects = 0; is_followed_with_get(response); ++redirects) {
    if (redirects == max_redirects) throw AuthenticationError(request.url + ": the logon redirects without end");
    response = http_.send(
        {.url = resolved_url(response.url, *response.headers.find("Location")), .accept = is_followed_with_get});
    cookies += response.headers.find("Set-Cookie").value_or("");
  }
  if (cookies.empty()) {
    throw AuthenticationError(request.url + ": the logon sets no session cookie. Check that url is Open-AudIT's");
  }
  http_.use_cookies_as_credentials();
  is_old_ = cookies.find("PHPSESSID=") != std::string::npos && cookies.find("ci_session=") == std::string::npos;
}

Response Session::get(const std::string& path, const Query& query) {
  const unsigned number = number_;
  const Request request{
      .url = address_ + path, .query = query, .headers = {{"Content-Type", "application/json"}}, .accept = wants_logon};
  Response response = http_.send(request);
  if (!wants_logon(response)) return response;
  renew(number);
  response = http_.send(request);
  if (!wants_logon(response)) return response;
  throw AuthenticationError(problem_of(response, log_) +
                            "; Open-AudIT asks for a logon, right after one. Check username and password");
}

void Session::renew(unsigned ended) {
  const std::lock_guard lock(renewal_);
  if (number_ != ended) return;  // another thread has done so
  log_on();
  ++number_;
}

}  // namespace connector::open_audit
