#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string_view>

#include "connector/encoding.h"
#include "connector/json.h"
#include "platform/files.h"
#include "secrets/stores.h"
#include "text/values.h"

namespace connector {
namespace {

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

constexpr std::chrono::seconds until_asked_again{60};

/// Where the secret is below its mount.
std::string path_below_mount(const SecretQuery& query) {
  return query.settings.vault_path.empty() ? query.name : query.settings.vault_path;
}

/// The secret as the program vault names it.
std::string secret_of(const SecretQuery& query) {
  return query.settings.vault_mount + "/" + path_below_mount(query);
}

/// Vault, or an agent beside this program, which may prove by itself who asks.
struct Server {
  std::string base;
  std::string socket;  ///< of an agent that listens on one
  bool is_agent = false;
};

Server server_at(const std::string& address, const SecretTools& tools) {
  constexpr std::string_view by_socket = "unix://";
  if (address.empty()) {
    throw SecretError(
        "no address of Vault: set VAULT_ADDR in the environment, or vault_url in the section or the keyring");
  }
  if (address.starts_with(by_socket)) {
    return {.base = "http://localhost", .socket = address.substr(by_socket.size()), .is_agent = true};
  }
  return {.base = base_of(address), .socket = {}, .is_agent = address == tools.variable("VAULT_AGENT_ADDR")};
}

class Vault {
 public:
  Vault(const SecretQuery& query, const SecretTools& tools)
      : query_(query),
        tools_(tools),
        access_(query, tools),
        server_(server_at(access_.address({"VAULT_AGENT_ADDR", "VAULT_ADDR"}), tools)),
        http_(with_own_authorities(query.settings.tls(), tools), tools.log, tools.stop, AfterStop::refuse,
              tools.timing) {
    http_.headers.set("X-Vault-Request", "true");
    const std::string name_space = tools.variable("VAULT_NAMESPACE");
    if (!name_space.empty()) http_.headers.set("X-Vault-Namespace", name_space);
    http_.keep_logged_in([this] { return log_in(); }, {});
  }

  SecretValues fetch() const {
    const Json secrets = secrets_of_either_version();
    SecretValues values;
    for (const std::string& key : query_.keys) values[key] = text_of(member(secrets, key));
    return values;
  }

 private:
  Login log_in() {
    const std::string token = this->token();
    if (token.empty()) return {};
    tools_.log.hide(token);
    return {.headers = {{"X-Vault-Token", token}}};
  }

  std::string token() {
    const std::string given = access_.token("VAULT_TOKEN");
    if (!given.empty()) {
      if (tools_.renewals != nullptr) keep(given, *tools_.renewals);
      return given;
    }
    const std::string role = tools_.variable("VAULT_ROLE_ID");
    const std::string secret = tools_.variable("VAULT_SECRET_ID");
    if (!role.empty()) {
      tools_.log.hide(secret);
      return token_of("approle", {{"role_id", role}, {"secret_id", secret}});
    }
    const std::string pods_role = tools_.variable("VAULT_K8S_ROLE");
    if (!pods_role.empty()) return token_of("kubernetes", {{"role", pods_role}, {"jwt", token_of_this_pod()}});
    if (server_.is_agent) return "";
    throw SecretError(
        "no credentials for Vault: set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_K8S_ROLE in the "
        "environment, or vault_token in the keyring");
  }

  void keep(const std::string& token, Renewals& renewals) const {
    Http http(with_own_authorities(query_.settings.tls(), tools_), tools_.log, tools_.stop, AfterStop::refuse,
              tools_.timing);
    http.headers = http_.headers;
    http.headers.set("X-Vault-Token", token);
    const Request request{.method = "POST",
                          .url = server_.base + "/v1/auth/token/renew-self",
                          .headers = {{"Content-Type", "application/json"}},
                          .body = "{}",
                          .unix_socket = server_.socket,
                          .stay_on_host = true};
    renewals.keep(token, [http, request, log = tools_.log] { return renewed(http, request, log); });
  }

  /// A root token, and one that has reached its maximum, cannot be renewed. Where Vault is away, it is asked again.
  static std::optional<std::chrono::seconds> renewed(const Http& http, const Request& request, const Log& log) {
    try {
      const Json answer = http.send(request).json();
      const Json& lifetime = at(answer, "auth.lease_duration");
      if (!lifetime.is_number_integer() || lifetime.get<int>() <= 0 || at(answer, "auth.renewable") != true) {
        return std::nullopt;
      }
      log.debug("Vault's token was renewed for {} s", lifetime.get<int>());
      return std::chrono::seconds(lifetime.get<int>());
    } catch (const HttpError& error) {
      log.warning("Vault's token could not be renewed, later syncs may lack their secrets: {}", error.what());
      return error.retries_exhausted() ? std::optional(until_asked_again) : std::nullopt;
    }
  }

  std::string token_of_this_pod() const {
    std::string token = read_file_without_line_end(service_account_token);
    tools_.log.hide(token);
    return token;
  }

  std::string token_of(const std::string& method, const Json& credentials) const {
    const Response response = http_.send({.method = "POST",
                                          .url = server_.base + "/v1/auth/" + method + "/login",
                                          .headers = {{"Content-Type", "application/json"}},
                                          .body = to_text(credentials),
                                          .unix_socket = server_.socket});
    const Json answer = response.json();
    const Json& token = at(answer, "auth.client_token");
    if (!token.is_string()) throw SecretError("Vault's login by " + method + " gives no token");
    return token.get<std::string>();
  }

  /// The key-value store's first version, or else its second one.
  Json secrets_of_either_version() const {
    const std::string mount = "/v1" + path_of(query_.settings.vault_mount);
    const std::string path = path_of(path_below_mount(query_));
    const Response first = get(mount + path);
    if (first.ok()) return member(first.json(), "data");
    const Response second = get(mount + "/data" + path);
    if (second.ok()) return member(member(second.json(), "data"), "data");
    const bool is_forbidden = first.status == 403 && second.status == 403;
    throw SecretError(fmt::format("Vault gives no {}: status {} for version 1 of its store, status {} for version 2{}",
                                  secret_of(query_), first.status, second.status,
                                  is_forbidden ? ": the token has expired, or its policy does not let it read" : ""));
  }

  Response get(const std::string& path) const {
    return http_.send({.url = server_.base + path,
                       .allow = {403, 404},
                       .secret_headers = {"X-Vault-Namespace"},
                       .unix_socket = server_.socket});
  }

  const SecretQuery& query_;
  const SecretTools& tools_;
  StoreAccess access_;
  const Server server_;
  Http http_;
};

}  // namespace

SecretValues fetch_from_vault(const SecretQuery& query, const SecretTools& tools) {
  return Vault(query, tools).fetch();
}

void keep_vault_open(const SecretQuery& query, const SecretTools& tools) {
  if (StoreAccess(query, tools).token("VAULT_TOKEN").empty()) return;
  const Vault logged_in(query, tools);
}

std::string how_to_store_in_vault(const SecretQuery& query, const std::string& key) {
  return fmt::format("vault kv put {} {}=-", secret_of(query), key);
}

}  // namespace connector
