#include "secrets/stores.h"

namespace connector {

SecretValues fetch_from_keyring(const SecretQuery& query, const SecretTools& tools) {
  Keyring keyring(tools);
  SecretValues values;
  for (const std::string& key : query.keys) {
    const KeyringEntry entry{query.name, key};
    std::optional<std::string> secret = keyring.find(entry);
    if (!secret) {
      keyring.unlock();
      secret = keyring.find(entry);
    }
    if (secret) values[key] = *std::move(secret);
  }
  return values;
}

std::string how_to_store_in_keyring(const SecretQuery& query, const std::string& key) {
  return "strongbox --connector " + query.name + " --key " + key;
}

}  // namespace connector
