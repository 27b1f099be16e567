#include "connector/oauth.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "sources/signing_key.h"

namespace connector {
namespace {

constexpr std::chrono::minutes assertion_lifetime{5};
constexpr std::chrono::seconds longest_lifetime = std::chrono::days(365);

std::chrono::seconds lifetime(const Json& expires_in) {
  const std::string text = expires_in.is_string() ? expires_in.get<std::string>() : to_text(expires_in);
  std::int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::clamp(std::chrono::seconds(seconds), std::chrono::seconds(0), longest_lifetime);
}

/// What the setting holds, or the file that it names.
std::string private_key_text(const std::string& setting) {
  const std::size_t begin = setting.find_first_not_of(" \t\r\n");
  const bool is_key =
      begin != std::string::npos && (setting[begin] == '{' || setting.find("-----BEGIN") != std::string::npos);
  if (is_key) return setting;
  std::ifstream file(setting, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {  // not quoted: it may be half a key
    throw ConfigError("it is neither a PEM private key, a JWK, nor the path of a readable file with one");
  }
  return text.str();
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

std::string signed_jwt(const Json& claims, const std::string& private_key, const std::string& key_id) {
  const SigningKey key(private_key_text(private_key));
  Json header = {{"alg", key.algorithm()}, {"typ", "JWT"}};
  const std::string& kid = key_id.empty() ? key.key_id() : key_id;
  if (!kid.empty()) header["kid"] = kid;
  const std::string text = base64url(to_text(header)) + "." + base64url(to_text(claims));
  return text + "." + base64url(key.sign(text));
}

std::string private_key_problem(const std::string& private_key) {
  try {
    SigningKey(private_key_text(private_key));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

Login client_assertion(const Http& http, const ClientAssertion& client) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  const Json claims = {{"iss", client.client_id},
                       {"sub", client.client_id},
                       {"aud", client.audience.empty() ? client.token_url : client.audience},
                       {"iat", now.count()},
                       {"exp", (now + assertion_lifetime).count()},
                       {"jti", random_nonce()}};
  Query form = {{"grant_type", "client_credentials"},
                {"client_id", client.client_id},
                {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                {"client_assertion", signed_jwt(claims, client.private_key, client.key_id)}};
  if (!client.scope.empty()) form.emplace_back("scope", client.scope);
  return bearer_login(http.post_form(client.token_url, form, {{"Accept", "application/json"}}));
}

}  // namespace connector
