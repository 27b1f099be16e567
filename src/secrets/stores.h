// The stores; store.cpp has their table. For the room alone. Each has a function that fetches what it has of the keys
// that are asked for, and one that says how an administrator stores one of them.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>

#include "secrets/keyring.h"
#include "secrets/store.h"

namespace connector {

/// The system's keyring.
SecretValues fetch_from_keyring(const SecretQuery& query, const SecretTools& tools);
std::string how_to_store_in_keyring(const SecretQuery& query, const std::string& key);

/// HashiCorp Vault (and OpenBao), its key-value store of either version:
/// https://developer.hashicorp.com/vault/api-docs/secret/kv. VAULT_ADDR and VAULT_TOKEN say where it is and who asks;
/// in place of a token a role does: VAULT_ROLE_ID with VAULT_SECRET_ID, or VAULT_K8S_ROLE in a pod.
SecretValues fetch_from_vault(const SecretQuery& query, const SecretTools& tools);
/// Has tools.renewals renew the token (auth/token/renew-self). One that a role got is renewed by logging in anew.
void keep_vault_open(const SecretQuery& query, const SecretTools& tools);
std::string how_to_store_in_vault(const SecretQuery& query, const std::string& key);

/// CyberArk Conjur:
/// https://docs.cyberark.com/conjur-open-source/latest/en/content/developer/conjur_api_authenticate.htm.
/// CONJUR_APPLIANCE_URL, CONJUR_AUTHN_API_KEY, CONJUR_ACCOUNT, CONJUR_AUTHN_LOGIN. In place of a key a JSON Web Token
/// proves who asks (Conjur_API_JWT_Authenticator.htm): CONJUR_AUTHN_JWT_SERVICE_ID, JWT_TOKEN_PATH (a file, by default
/// that of the pod), CONJUR_AUTHN_JWT_HOST_ID.
SecretValues fetch_from_conjur(const SecretQuery& query, const SecretTools& tools);
std::string how_to_store_in_conjur(const SecretQuery& query, const std::string& key);

/// CyberArk's Central Credential Provider, which knows an application by its client certificate (user_pem_file), its
/// address or its name: GET /AIMWebService/api/Accounts,
/// https://docs.cyberark.com/credential-providers/latest/en/content/ccp/calling-the-web-service-using-rest.htm. Of the
/// account, the key's own property, username, or else the secret itself. CYBERARK_CCP_URL says where it is.
SecretValues fetch_from_ccp(const SecretQuery& query, const SecretTools& tools);
std::string how_to_store_in_ccp(const SecretQuery& query, const std::string& key);

/// Files below vault_folder: NAME/KEY or NAME.KEY, without the line end at their end.
SecretValues fetch_from_files(const SecretQuery& query, const SecretTools& tools);
std::string how_to_store_in_files(const SecretQuery& query, const std::string& key);

/// vault_command, a program of the administrator's that prints a JSON object with the keys. It runs without a shell for
/// 30 s at most, and finds what is wanted in CONNECTOR_SECRET_NAME and CONNECTOR_SECRET_KEYS.
SecretValues fetch_from_command(const SecretQuery& query, const SecretTools& tools);
std::string how_to_store_in_command(const SecretQuery& query, const std::string& key);

/// Who a pod is in Kubernetes.
inline constexpr const char* service_account_token = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// Where a store is and who asks it: entries of the keyring, where there is one, and else of the environment.
class StoreAccess {
 public:
  StoreAccess(const SecretQuery& query, const SecretTools& tools) : query_(query), tools_(tools) {}

  /// vault_url of the section, or of the keyring, or the first variable that is set; empty: there is none.
  std::string address(std::initializer_list<const char*> variables);
  /// vault_token of the keyring, or that variable; empty: there is none. No log shows it.
  std::string token(const char* variable);

 private:
  std::string of_keyring(const std::string& entry);

  const SecretQuery& query_;
  const SecretTools& tools_;
  std::unique_ptr<Keyring> keyring_;
  bool has_keyring_ = true;  ///< as far as is known
};

}  // namespace connector
