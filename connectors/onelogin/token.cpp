#include "onelogin/token.h"

#include "connector/oauth.h"
#include "connector/pages.h"

namespace connector::onelogin {
namespace {

Response token_response(const Http& http, const Client& client) {
  Request request{
      .method = "POST",
      .url = client.token_url.empty() ? client.host + "/auth/oauth2/v2/token" : client.token_url,
      .headers = {{"Content-Type", "application/json"},
                  {"Authorization", fmt::format("client_id:{}, client_secret:{}", client.id, client.secret)}},
      .body = to_text({{"grant_type", "client_credentials"}})};
  if (client.token_url.empty()) request.allow = {404};
  Response response = http.send(request);
  if (response.status != 404) return response;
  request.url = client.host + "/auth/oauth2/token";
  request.allow = {};
  return http.send(request);
}

}  // namespace

Login log_in(const Http& http, const Log& log, const Client& client, bool colon) {
  Response response = token_response(http, client);
  const Json body = response.json();
  const Json& code = at(body, "status.code");
  if (!code.is_null() && code != 200) throw AuthenticationError(problem_of(response, log));
  const Json& older = at(body, "data.0");  // of /auth/oauth2/token
  if (older.is_object()) response.body = to_text(older);
  Login login = bearer_login(response);
  const std::string token = at(older.is_object() ? older : body, "access_token").get<std::string>();
  log.hide(token);
  login.headers.set("Authorization", (older.is_object() && colon ? "bearer:" : "bearer ") + token);
  return login;
}

bool drop_colon(Login& login) {
  constexpr std::string_view with_colon = "bearer:";
  const std::string authorization = login.headers.find("Authorization").value_or("");
  if (!authorization.starts_with(with_colon)) return false;
  login.headers.set("Authorization", "bearer " + authorization.substr(with_colon.size()));
  return true;
}

}  // namespace connector::onelogin
