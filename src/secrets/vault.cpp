#include <fmt/format.h>

#include "connector/encoding.h"
#include "connector/json.h"
#include "platform/files.h"
#include "secrets/stores.h"
#include "text/values.h"

namespace connector {
namespace {

constexpr const char* token_of_the_pod = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// The address up to a path segment v1, without a slash at its end.
std::string base_of(std::string address) {
  const std::size_t host = address.find("://");
  const std::size_t path = host == std::string::npos ? 0 : address.find('/', host + 3);
  for (std::size_t at = address.find("/v1", path); at != std::string::npos; at = address.find("/v1", at + 1)) {
    if (at + 3 == address.size() || address[at + 3] == '/') return address.substr(0, at);
  }
  while (address.ends_with('/')) address.pop_back();
  return address;
}

/// Its slashes separate segments.
std::string path_of(const std::string& name) {
  std::string path;
  for (std::size_t begin = 0;;) {
    const std::size_t slash = name.find('/', begin);
    path += "/" + percent_encoded(name.substr(begin, slash - begin));
    if (slash == std::string::npos) return path;
    begin = slash + 1;
  }
}

TlsSettings with_own_authorities(TlsSettings tls, const SecretTools& tools) {
  const std::string file = tools.variable("VAULT_CACERT");
  const std::string folder = tools.variable("VAULT_CAPATH");
  if (file.empty() && folder.empty()) return tls;
  tls.cacert_file = file;
  tls.cacert_dir = folder;
  return tls;
}

class Vault {
 public:
  Vault(const SecretQuery& query, const SecretTools& tools)
      : query_(query),
        tools_(tools),
        base_(base_of(tools.variable("VAULT_ADDR"))),
        http_(with_own_authorities(query.tls, tools), tools.log, tools.stop, AfterStop::refuse, tools.timing) {
    if (base_.empty()) throw SecretError("no address of Vault: set VAULT_ADDR in the environment");
    http_.headers.set("X-Vault-Request", "true");
    const std::string name_space = tools.variable("VAULT_NAMESPACE");
    if (!name_space.empty()) http_.headers.set("X-Vault-Namespace", name_space);
    http_.keep_logged_in([this] { return log_in(); }, {});
  }

  SecretValues fetch() const {
    const Json secrets = secrets_of_either_version();
    SecretValues values;
    for (const std::string& key : query_.keys) {
      const Json& value = member(secrets, key);
      if (is_empty(value)) {
        throw SecretError(fmt::format("Vault has no {} under secret/{}: vault kv put secret/{} {}=…", key, query_.name,
                                      query_.name, key));
      }
      values[key] = value.is_string() ? value.get<std::string>() : to_text(value);
    }
    return values;
  }

 private:
  Login log_in() const {
    const std::string token = this->token();
    tools_.log.hide(token);
    return {.headers = {{"X-Vault-Token", token}}};
  }

  std::string token() const {
    const std::string given = tools_.variable("VAULT_TOKEN");
    if (!given.empty()) return given;
    const std::string role = tools_.variable("VAULT_ROLE_ID");
    const std::string secret = tools_.variable("VAULT_SECRET_ID");
    if (!role.empty()) {
      tools_.log.hide(secret);
      return token_of("approle", {{"role_id", role}, {"secret_id", secret}});
    }
    const std::string pods_role = tools_.variable("VAULT_K8S_ROLE");
    if (!pods_role.empty()) return token_of("kubernetes", {{"role", pods_role}, {"jwt", token_of_this_pod()}});
    throw SecretError(
        "no credentials for Vault: set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_K8S_ROLE in the "
        "environment");
  }

  std::string token_of_this_pod() const {
    std::string token = read_file(token_of_the_pod);
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
    tools_.log.hide(token);
    return token;
  }

  std::string token_of(const std::string& method, const Json& credentials) const {
    const Response response = http_.post(base_ + "/v1/auth/" + method + "/login", credentials);
    const Json answer = response.json();
    const Json& token = at(answer, "auth.client_token");
    if (!token.is_string()) throw SecretError("Vault's login by " + method + " gives no token");
    return token.get<std::string>();
  }

  /// The key-value store's first version, or else its second one.
  Json secrets_of_either_version() const {
    const std::string name = path_of(query_.name);
    const Response first = get("/v1/secret" + name);
    if (first.ok()) return member(first.json(), "data");
    const Response second = get("/v1/secret/data" + name);
    if (second.ok()) return member(member(second.json(), "data"), "data");
    throw SecretError(
        fmt::format("Vault gives no secret/{}: status {} for version 1 of its store, status {} for version 2",
                    query_.name, first.status, second.status));
  }

  Response get(const std::string& path) const {
    return http_.send({.url = base_ + path, .allow = {403, 404}, .secret_headers = {"X-Vault-Namespace"}});
  }

  const SecretQuery& query_;
  const SecretTools& tools_;
  const std::string base_;
  Http http_;
};

}  // namespace

SecretValues fetch_from_vault(const SecretQuery& query, const SecretTools& tools) {
  return Vault(query, tools).fetch();
}

}  // namespace connector
