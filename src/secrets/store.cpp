#include "secrets/store.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "secrets/stores.h"

namespace connector {
namespace {

struct Store {
  std::string_view backend;
  SecretValues (*fetch)(const SecretQuery&, const SecretTools&);
};

SecretValues no_keyring(const SecretQuery&, const SecretTools&) {
  throw SecretError(
      "the system's keyring is not read by this version: set vault_backend to vault or cyberark, or the values in the "
      "section itself");
}

constexpr std::array stores = {Store{"keyring", no_keyring}, Store{"vault", fetch_from_vault},
                               Store{"cyberark", fetch_from_conjur}};

}  // namespace

SecretValues fetch_secrets(const std::string& backend, const SecretQuery& query, const SecretTools& tools) {
  const auto* store =
      std::find_if(stores.begin(), stores.end(), [&](const Store& each) { return each.backend == backend; });
  if (store == stores.end()) throw SecretError("unknown secret store " + backend);
  return store->fetch(query, tools);
}

}  // namespace connector
