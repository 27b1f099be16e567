#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "connector/json.h"
#include "secrets/stores.h"
#include "text/text.h"
#include "text/values.h"

namespace connector {
namespace {

constexpr std::string_view web_service = "/AIMWebService";

std::string object_of(const SecretQuery& query) {
  return query.settings.vault_object.empty() ? query.name : query.settings.vault_object;
}

std::string base_at(std::string address) {
  if (address.empty()) {
    throw SecretError(
        "no address of the Central Credential Provider: set CYBERARK_CCP_URL in the environment, or vault_url in the "
        "section or the keyring");
  }
  address.resize(std::min(address.find(web_service), address.size()));
  while (address.ends_with('/')) address.pop_back();
  return address;
}

Request request_for(const SecretQuery& query, const SecretTools& tools) {
  const SectionSettings& settings = query.settings;
  if (settings.vault_app_id.empty()) throw SecretError("vault_app_id is not set: the application's ID in CyberArk");
  Request request{.url = base_at(StoreAccess(query, tools).address({"CYBERARK_CCP_URL"})) + std::string(web_service) +
                         "/api/Accounts",
                  .query = {{"AppID", settings.vault_app_id}},
                  .allow = {404},
                  .follow_redirects = false};
  if (!settings.vault_safe.empty()) request.query.emplace_back("Safe", settings.vault_safe);
  request.query.emplace_back("Object", object_of(query));
  return request;
}

/// The account's property of a key: that of its name, the user's name, or else the secret itself.
const Json& property(const Json& account, const std::string& key) {
  for (const auto& [name, value] : account.items()) {
    if (equal_ignoring_case(name, key)) return value;
  }
  return member(account, "Content");
}

}  // namespace

SecretValues fetch_from_ccp(const SecretQuery& query, const SecretTools& tools) {
  const Http http(query.settings.tls(), tools.log, tools.stop, AfterStop::refuse, tools.timing);
  const Response response = http.send(request_for(query, tools));
  if (response.status / 100 == 3) {
    throw SecretError("its address redirects: set CYBERARK_CCP_URL (or vault_url) to where it leads");
  }
  if (response.status == 404) return {};
  const Json account = response.json();
  if (!account.is_object()) throw SecretError("its response is not a JSON object");
  tools.log.hide(text_of(member(account, "Content")));
  SecretValues values;
  for (const std::string& key : query.keys) values[key] = text_of(property(account, key));
  return values;
}

std::string how_to_store_in_ccp(const SecretQuery& query, const std::string&) {
  return fmt::format("add the account {} to the safe {} in CyberArk, and let {} retrieve it", object_of(query),
                     query.settings.vault_safe, query.settings.vault_app_id);
}

}  // namespace connector
