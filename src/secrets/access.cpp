#include "secrets/stores.h"

namespace connector {

std::string StoreAccess::of_keyring(const std::string& entry) {
  if (!has_keyring_) return "";
  try {
    if (!keyring_) keyring_ = std::make_unique<Keyring>(tools_);
    return keyring_->find({query_.name, entry}).value_or("");
  } catch (const NoKeyring&) {  // on servers there is none
    has_keyring_ = false;
    return "";
  }
}

std::string StoreAccess::address(std::initializer_list<const char*> variables) {
  std::string address = query_.settings.vault_url;
  if (address.empty()) address = of_keyring("vault_url");
  for (const char* variable : variables) {
    if (address.empty()) address = tools_.variable(variable);
  }
  return address;
}

std::string StoreAccess::token(const char* variable) {
  std::string token = of_keyring("vault_token");
  if (token.empty()) token = tools_.variable(variable);
  tools_.log.hide(token);
  return token;
}

}  // namespace connector
