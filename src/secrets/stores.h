// The stores; store.cpp has their table. For the room alone.
#pragma once

#include "secrets/store.h"

namespace connector {

/// HashiCorp Vault (and OpenBao), its key-value store of either version:
/// https://developer.hashicorp.com/vault/api-docs/secret/kv. VAULT_ADDR and VAULT_TOKEN say where it is and who asks;
/// in place of a token a role does: VAULT_ROLE_ID with VAULT_SECRET_ID, or VAULT_K8S_ROLE in a pod.
SecretValues fetch_from_vault(const SecretQuery& query, const SecretTools& tools);

/// CyberArk Conjur:
/// https://docs.cyberark.com/conjur-open-source/latest/en/content/developer/conjur_api_authenticate.htm.
/// CONJUR_APPLIANCE_URL, CONJUR_AUTHN_API_KEY, CONJUR_ACCOUNT, CONJUR_AUTHN_LOGIN.
SecretValues fetch_from_conjur(const SecretQuery& query, const SecretTools& tools);

}  // namespace connector
