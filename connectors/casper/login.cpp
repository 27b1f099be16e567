#include "casper/login.h"

#include <memory>

#include "connector/oauth.h"

namespace connector::casper {
namespace {

using namespace std::chrono_literals;

constexpr auto user_token_lifetime = 30min;

/// A token for an API client (Jamf Pro 10.49 and later). Some versions know only the second address.
Login client_login(const Http& http, const std::string& url, const Credentials& credentials) {
  Request request{
      .method = "POST",
      .url = url + "/api/v1/oauth/token",
      .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
      .body = fmt::format("grant_type=client_credentials&client_id={}&client_secret={}",
                          percent_encoded(credentials.client_id), percent_encoded(credentials.client_secret)),
      .allow = {404}};
  Response response = http.send(request);
  if (response.status == 404) {
    request.url = url + "/api/oauth/token";
    request.allow = {};
    response = http.send(request);
  }
  return bearer_login(response);
}

/// Logs a user in.
class UserLogin {
 public:
  UserLogin(const Connector& source, std::string url, const Credentials& credentials, std::shared_ptr<Headers> login)
      : source_(source),
        url_(std::move(url)),
        basic_("Basic " + base64(credentials.username + ":" + credentials.password)),
        login_(std::move(login)) {}

  /// A token, or user and password with each request where the server has no tokens (before Jamf Pro 10.35). Another
  /// login is of no use there: it is asked for since the server refuses the first.
  Login operator()() {
    if (has_no_tokens_) throw AuthenticationError(url_ + " refuses username and password");
    const Response response = source_.http.send(
        {.method = "POST", .url = url_ + "/api/v1/auth/token", .headers = {{"Authorization", basic_}}, .allow = {404}});
    has_no_tokens_ = response.status == 404;
    if (has_no_tokens_) {
      source_.log.info("{} has no tokens (Jamf Pro before 10.35): using Basic authentication", url_);
      return {.headers = {{"Authorization", basic_}}};
    }
    const Json body = response.json();
    const Json& token = at(body, "token");
    if (!token.is_string() || token == "") {
      throw AuthenticationError(fmt::format("POST {}: the response has no token", response.url));
    }
    *login_ = {{"Authorization", "Bearer " + token.get<std::string>()}};
    return {.headers = *login_, .lifetime = user_token_lifetime};
  }

 private:
  const Connector& source_;
  const std::string url_;
  const std::string basic_;
  const std::shared_ptr<Headers> login_;  ///< the last one
  bool has_no_tokens_ = false;
};

}  // namespace

std::function<std::optional<Request>()> keep_logged_in(Connector& source, const std::string& url,
                                                       const Credentials& credentials) {
  const auto login = std::make_shared<Headers>();
  if (credentials.client_id.empty()) {
    source.http.keep_logged_in(UserLogin(source, url, credentials, login));
  } else {
    source.http.keep_logged_in([=, &source] { return client_login(source.http, url, credentials); });
  }
  return [=]() -> std::optional<Request> {
    if (login->empty()) return std::nullopt;
    return Request{.method = "POST", .url = url + "/api/v1/auth/invalidate-token", .headers = *login};
  };
}

}  // namespace connector::casper
