#include "munki_report/session.h"

#include "connector/pages.h"

namespace connector::munki_report {
namespace {

constexpr int max_redirects = 30;

Request form(const std::string& url, const Query& fields) {
  Request request{.method = "POST", .url = url, .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}};
  for (const auto& [name, value] : fields) {
    request.body += (request.body.empty() ? "" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
  }
  return request;
}

/// The value of the cookie CSRF-TOKEN that a response sets, the last one if there are several; empty when it sets none.
std::string csrf_token_of(const Response& response) {
  constexpr std::string_view name = ", CSRF-TOKEN=";
  const std::string cookies = ", " + response.headers.find("Set-Cookie").value_or("");  // of several, with commas
  const std::size_t last = cookies.rfind(name);
  if (last == std::string::npos) return {};
  const std::size_t value = last + name.size();
  return cookies.substr(value, cookies.find_first_of(";, ", value) - value);
}

}  // namespace

void Session::log_in(const std::string& user, const std::string& password) {
  token_.clear();
  std::optional<Request> request = form(address("auth/login"), {{"login", user}, {"password", password}});
  for (int requests = 0; request && requests <= max_redirects; ++requests) {
    request->follow_redirects = false;
    const Response response = source_.http.send(*request);
    const std::string token = csrf_token_of(response);
    if (!token.empty()) token_ = token;
    request = redirected(*request, response);
  }
  if (token_.empty()) {
    throw AuthenticationError(fmt::format(
        "POST {}: MunkiReport refused the login: no response set the cookie CSRF-TOKEN. Check username and password, "
        "that it is a local account, and that url is the server's own address (https?)",
        address("auth/login")));
  }
  source_.log.hide(token_);
}

/// The request that a redirect leads to; nothing when the response is none, or the redirect leaves the server.
std::optional<Request> Session::redirected(const Request& request, const Response& response) const {
  const auto location = response.headers.find("Location");
  if (response.ok() || !location) return std::nullopt;
  const std::optional<UrlParts> from = parse_url(request.url);
  const std::optional<UrlParts> to = parse_url(*location);
  if (from && to) {
    const bool is_upgrade = from->host == to->host && from->scheme == "http" && to->scheme == "https";
    if (!is_upgrade && from->origin() != to->origin()) return std::nullopt;
  }
  const bool keeps_method = response.status == 307 || response.status == 308;
  Request next = keeps_method ? request : Request{};
  next.url = to ? *location : next_url(url_, request.url, *location);
  return next;
}

Response Session::post(const std::string& page, const Query& fields) const {
  Request request = form(address(page), fields);
  request.headers.set("x-csrf-token", token_);
  request.secret_headers = {"x-csrf-token"};
  request.allow = {401, 403};
  return source_.http.send(request);
}

}  // namespace connector::munki_report
