// The system's keyring: the Secret Service over D-Bus (gnome-keyring, KWallet, KeePassXC):
// https://specifications.freedesktop.org/secret-service-spec/latest/. Entries are those of the Python library keyring:
// https://github.com/jaraco/keyring.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "secrets/store.h"

namespace connector {

/// There is no keyring here: no session bus, or no service on it.
class NoKeyring : public SecretError {
 public:
  using SecretError::SecretError;
};

/// The name of an entry: under which name, and which of its keys.
struct KeyringEntry {
  std::string name;
  std::string key;

  auto operator<=>(const KeyringEntry&) const = default;
};

/// A connection to the keyring; libsecret is loaded with the first one. For one thread at a time. All functions throw
/// SecretError, and wait for two minutes at most for somebody who unlocks the keyring.
class Keyring {
 public:
  /// Throws NoKeyring; without a session bus at once.
  explicit Keyring(const SecretTools& tools);
  ~Keyring();
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;

  /// The entry's secret; nothing when there is none. A locked one is asked to unlock. Of several the default
  /// collection's counts.
  std::optional<std::string> find(const KeyringEntry& entry);
  /// Asks a default collection that is locked to unlock: some services show nothing of one that is.
  void unlock();
  /// Replaces what is there under that name and key.
  void store(const KeyringEntry& entry, const std::string& secret);
  /// Whether there was one.
  bool remove(const KeyringEntry& entry);
  /// The entries of the Python library keyring, sorted. name: of that name alone; empty: all.
  std::vector<KeyringEntry> entries(const std::string& name);

 private:
  class Service;
  std::unique_ptr<Service> service_;
};

}  // namespace connector
