#include "connector/oauth.h"

#include <charconv>

namespace connector {
namespace {

std::chrono::seconds lifetime(const Json& expires_in) {
  const std::string text = expires_in.is_string() ? expires_in.get<std::string>() : to_text(expires_in);
  std::int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds(std::max<std::int64_t>(seconds, 0));
}

}  // namespace

Login bearer_login(const Response& response) {
  const Json body = response.json();
  const Json& token = at(body, "access_token");
  if (!token.is_string() || token.get_ref<const std::string&>().empty()) {
    throw AuthenticationError(fmt::format("{} {}: the response holds no access_token", response.method, response.url));
  }
  return {.headers = {{"Authorization", "Bearer " + token.get<std::string>()}},
          .lifetime = lifetime(at(body, "expires_in"))};
}

Login client_credentials(const Http& http, const ClientCredentials& client) {
  Query form = {{"grant_type", "client_credentials"}};
  Headers headers = {{"Accept", "application/json"}};
  if (client.authentication == ClientAuthentication::basic) {
    headers.set("Authorization", "Basic " + base64(client.client_id + ":" + client.client_secret));
  } else {
    form.emplace_back("client_id", client.client_id);
    form.emplace_back("client_secret", client.client_secret);
  }
  if (!client.scope.empty()) form.emplace_back("scope", client.scope);
  form.insert(form.end(), client.further.begin(), client.further.end());
  return bearer_login(http.post_form(client.token_url, form, headers));
}

}  // namespace connector
