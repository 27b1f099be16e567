#include "secrets/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "secrets/stores.h"

namespace connector {
namespace {

struct Store {
  std::string_view backend;  ///< what vault_backend says
  std::string_view title;    ///< in messages
  /// Of the query's keys those that the store has.
  SecretValues (*fetch)(const SecretQuery& query, const SecretTools& tools);
  /// The command that stores a key, or what to do instead.
  std::string (*how_to_store)(const SecretQuery& query, const std::string& key);
  /// Keeps a token alive; nullptr where none runs out.
  void (*keep_open)(const SecretQuery& query, const SecretTools& tools) = nullptr;
};

constexpr std::array stores = {
    Store{"keyring", "the keyring", fetch_from_keyring, how_to_store_in_keyring},
    Store{"vault", "Vault", fetch_from_vault, how_to_store_in_vault, keep_vault_open},
    Store{"cyberark", "Conjur", fetch_from_conjur, how_to_store_in_conjur},
    Store{"cyberark_ccp", "the Central Credential Provider", fetch_from_ccp, how_to_store_in_ccp},
    Store{"file", "files", fetch_from_files, how_to_store_in_files},
    Store{"command", "vault_command", fetch_from_command, how_to_store_in_command},
};

const Store& store_called(const std::string& backend) {
  const auto* store =
      std::find_if(stores.begin(), stores.end(), [&](const Store& each) { return each.backend == backend; });
  if (store == stores.end()) throw SecretError("unknown secret store " + backend);
  return *store;
}

}  // namespace

std::vector<std::string> secret_backends() {
  std::vector<std::string> names;
  for (const Store& store : stores) names.emplace_back(store.backend);
  return names;
}

void keep_store_open(const SecretQuery& query, const SecretTools& tools) {
  const Store& store = store_called(query.settings.vault_backend);
  if (store.keep_open != nullptr) store.keep_open(query, tools);
}

SecretValues fetch_secrets(const SecretQuery& query, const SecretTools& tools) {
  const Store& store = store_called(query.settings.vault_backend);
  const auto fails = [&](const std::vector<std::string>& keys, const std::string& why) {
    return SecretError(fmt::format("{} of \"{}\" could not be fetched from {}: {}. To store it: {}",
                                   fmt::join(keys, ", "), query.name, store.title, why,
                                   store.how_to_store(query, keys.front())));
  };
  SecretValues values;
  try {
    values = store.fetch(query, tools);
  } catch (const std::exception& error) {
    throw fails(query.keys, error.what());
  }
  std::vector<std::string> missing = query.keys;
  std::erase_if(missing, [&](const std::string& key) { return values.contains(key) && !values.at(key).empty(); });
  if (!missing.empty()) throw fails(missing, "it is not there, or empty");
  return values;
}

}  // namespace connector
