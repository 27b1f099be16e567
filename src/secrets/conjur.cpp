#include <fmt/format.h>

#include "connector/encoding.h"
#include "platform/files.h"
#include "secrets/stores.h"

namespace connector {
namespace {

std::string or_else(std::string value, const std::string& otherwise) {
  return value.empty() ? otherwise : value;
}

class Conjur {
 public:
  Conjur(const SecretQuery& query, const SecretTools& tools)
      : query_(query),
        tools_(tools),
        access_(query, tools),
        base_(access_.address({"CONJUR_APPLIANCE_URL"})),
        account_(or_else(tools.variable("CONJUR_ACCOUNT"), query.name)),
        http_(query.settings.tls(), tools.log, tools.stop, AfterStop::refuse, tools.timing) {
    if (base_.empty()) {
      throw SecretError(
          "no address of Conjur: set CONJUR_APPLIANCE_URL in the environment, or vault_url in the section or the "
          "keyring");
    }
    while (base_.ends_with('/')) base_.pop_back();
    http_.keep_logged_in([this] { return log_in(); }, {});
  }

  SecretValues fetch() const {
    SecretValues values;
    for (const std::string& key : query_.keys) values[key] = value_of(key);
    return values;
  }

 private:
  Login log_in() {
    const std::string service = tools_.variable("CONJUR_AUTHN_JWT_SERVICE_ID");
    const Response response = http_.send(service.empty() ? login_by_api_key() : login_by_jwt(service));
    refuse_redirect(response);
    const std::string token = base64(response.body);
    tools_.log.hide(response.body);
    tools_.log.hide(token);
    return {.headers = {{"Authorization", "Token token=\"" + token + "\""}}};
  }

  Request login_by_api_key() {
    const std::string api_key = access_.token("CONJUR_AUTHN_API_KEY");
    if (api_key.empty()) {
      throw SecretError(
          "no API key for Conjur: set CONJUR_AUTHN_API_KEY in the environment, or vault_token in the keyring");
    }
    const std::string login = or_else(tools_.variable("CONJUR_AUTHN_LOGIN"), "admin");
    return {.method = "POST",
            .url = fmt::format("{}/authn/{}/{}/authenticate", base_, percent_encoded(account_), percent_encoded(login)),
            .headers = {{"Content-Type", "text/plain"}},
            .body = api_key,
            .follow_redirects = false};
  }

  /// The token's own claims say which host asks, unless that is given.
  Request login_by_jwt(const std::string& service) const {
    const std::string host = tools_.variable("CONJUR_AUTHN_JWT_HOST_ID");
    const std::string jwt =
        read_file_without_line_end(or_else(tools_.variable("JWT_TOKEN_PATH"), service_account_token));
    tools_.log.hide(jwt);
    return {.method = "POST",
            .url = fmt::format("{}/authn-jwt/{}/{}{}/authenticate", base_, percent_encoded(service),
                               percent_encoded(account_), host.empty() ? "" : "/" + percent_encoded(host)),
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
            .body = "jwt=" + percent_encoded(jwt),
            .follow_redirects = false};
  }

  std::string value_of(const std::string& key) const {
    const Response response = http_.send(
        {.url = fmt::format("{}/secrets/{}/variable/{}", base_, percent_encoded(account_), percent_encoded(key)),
         .allow = {404},
         .follow_redirects = false});
    refuse_redirect(response);
    return response.status == 404 ? "" : response.body;
  }

  static void refuse_redirect(const Response& response) {
    if (response.status / 100 == 3)
      throw SecretError("Conjur's address redirects: set CONJUR_APPLIANCE_URL (or vault_url) to where it leads");
  }

  const SecretQuery& query_;
  const SecretTools& tools_;
  StoreAccess access_;
  std::string base_;
  const std::string account_;
  Http http_;
};

}  // namespace

SecretValues fetch_from_conjur(const SecretQuery& query, const SecretTools& tools) {
  return Conjur(query, tools).fetch();
}

std::string how_to_store_in_conjur(const SecretQuery&, const std::string& key) {
  return fmt::format("conjur variable set -i {} -v \"$(cat)\"", key);
}

}  // namespace connector
