#include <fmt/format.h>

#include "connector/encoding.h"
#include "secrets/stores.h"

namespace connector {
namespace {

class Conjur {
 public:
  Conjur(const SecretQuery& query, const SecretTools& tools)
      : query_(query),
        tools_(tools),
        base_(tools.variable("CONJUR_APPLIANCE_URL")),
        account_(tools.variable("CONJUR_ACCOUNT")),
        login_(tools.variable("CONJUR_AUTHN_LOGIN")),
        http_(query.tls, tools.log, tools.stop, AfterStop::refuse, tools.timing) {
    if (base_.empty()) throw SecretError("no address of Conjur: set CONJUR_APPLIANCE_URL in the environment");
    while (base_.ends_with('/')) base_.pop_back();
    if (account_.empty()) account_ = query.name;
    if (login_.empty()) login_ = "admin";
    http_.keep_logged_in([this] { return log_in(); }, {});
  }

  SecretValues fetch() const {
    SecretValues values;
    for (const std::string& key : query_.keys) values[key] = value_of(key);
    return values;
  }

 private:
  Login log_in() const {
    const std::string api_key = tools_.variable("CONJUR_AUTHN_API_KEY");
    if (api_key.empty()) throw SecretError("no API key for Conjur: set CONJUR_AUTHN_API_KEY in the environment");
    tools_.log.hide(api_key);
    const Response response = http_.send(
        {.method = "POST",
         .url = fmt::format("{}/authn/{}/{}/authenticate", base_, percent_encoded(account_), percent_encoded(login_)),
         .headers = {{"Content-Type", "text/plain"}},
         .body = api_key,
         .follow_redirects = false});
    refuse_redirect(response);
    const std::string token = base64(response.body);
    tools_.log.hide(response.body);
    tools_.log.hide(token);
    return {.headers = {{"Authorization", "Token token=\"" + token + "\""}}};
  }

  std::string value_of(const std::string& key) const {
    const Response response = http_.send(
        {.url = fmt::format("{}/secrets/{}/variable/{}", base_, percent_encoded(account_), percent_encoded(key)),
         .allow = {404},
         .follow_redirects = false});
    refuse_redirect(response);
    if (response.status == 404 || response.body.empty()) {
      throw SecretError(fmt::format("Conjur has no variable {} in the account {}: conjur variable set -i {} -v …", key,
                                    account_, key));
    }
    return response.body;
  }

  static void refuse_redirect(const Response& response) {
    if (response.status / 100 == 3)
      throw SecretError("Conjur's address redirects: set CONJUR_APPLIANCE_URL to where it leads");
  }

  const SecretQuery& query_;
  const SecretTools& tools_;
  std::string base_;
  std::string account_;
  std::string login_;
  Http http_;
};

}  // namespace

SecretValues fetch_from_conjur(const SecretQuery& query, const SecretTools& tools) {
  return Conjur(query, tools).fetch();
}

}  // namespace connector
