#include "secrets/keyring.h"

#include <libsecret/secret.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <system_error>
#include <thread>

#include "platform/library.h"
#include "platform/wait.h"

namespace connector {

/// How GLib's things are released.
namespace glib {

template <class Thing>
struct Release {
  void operator()(Thing* thing) const { g_object_unref(thing); }
};
template <>
struct Release<GHashTable> {
  void operator()(GHashTable* table) const { g_hash_table_unref(table); }
};
template <>
struct Release<GList> {
  void operator()(GList* objects) const { g_list_free_full(objects, g_object_unref); }
};
template <>
struct Release<SecretValue> {
  void operator()(SecretValue* value) const { secret_value_unref(value); }
};
template <class Thing>
using Owned = std::unique_ptr<Thing, Release<Thing>>;

}  // namespace glib

namespace {

using glib::Owned;

constexpr std::chrono::minutes longest_wait{2};
constexpr const char* application = "Python keyring library";

/// What a call of GLib reports.
class Failure {
 public:
  Failure() = default;
  ~Failure() { g_clear_error(&error_); }
  Failure(const Failure&) = delete;
  Failure& operator=(const Failure&) = delete;

  GError** operator&() { return &error_; }
  bool is(GQuark domain, int code) const { return g_error_matches(error_, domain, code) != 0; }
  explicit operator bool() const { return error_ != nullptr; }
  std::string text() const { return error_ == nullptr ? "" : error_->message; }

 private:
  GError* error_ = nullptr;
};

using Attributes = Owned<GHashTable>;

Attributes attributes(std::initializer_list<std::pair<const char*, std::string>> given) {
  Attributes table(g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free));
  for (const auto& [name, value] : given) g_hash_table_insert(table.get(), g_strdup(name), g_strdup(value.c_str()));
  return table;
}

Attributes attributes_of(const KeyringEntry& entry) {
  return attributes({{"service", entry.name}, {"username", entry.key}});
}

std::string attribute(SecretItem* item, const char* name) {
  const Attributes all(secret_item_get_attributes(item));
  const auto* value = static_cast<const char*>(g_hash_table_lookup(all.get(), name));
  return value == nullptr ? "" : value;
}

std::string path_of(gpointer proxy) {
  return g_dbus_proxy_get_object_path(static_cast<GDBusProxy*>(proxy));
}

/// Ends a call when nobody has answered a prompt in time, or when the program is to stop.
class Patience {
 public:
  explicit Patience(const std::stop_token& stop)
      : cancellable_(g_cancellable_new()),
        stopped_(stop, std::bind_front(g_cancellable_cancel, cancellable_.get())),
        clock_([this](const std::stop_token& over) {
          if (wait_for(longest_wait, over)) g_cancellable_cancel(cancellable_.get());
        }) {}

  GCancellable* get() const { return cancellable_.get(); }
  bool is_over() const { return g_cancellable_is_cancelled(cancellable_.get()) != 0; }

 private:
  const Owned<GCancellable> cancellable_;
  const std::stop_callback<std::function<void()>> stopped_;
  const std::jthread clock_;
};

/// Whether somebody can be asked for the keyring's password.
bool has_display(const SecretTools& tools) {
  return !tools.variable("DISPLAY").empty() || !tools.variable("WAYLAND_DISPLAY").empty();
}

/// Without one GDBus would start one.
bool has_session_bus(const SecretTools& tools) {
  if (!tools.variable("DBUS_SESSION_BUS_ADDRESS").empty()) return true;
  const std::string folder = tools.variable("XDG_RUNTIME_DIR");
  std::error_code unknown;
  return !folder.empty() && std::filesystem::exists(std::filesystem::path(folder) / "bus", unknown);
}

}  // namespace

class Keyring::Service {
 public:
  explicit Service(const SecretTools& tools) : stop_(tools.stop), can_ask_(has_display(tools)) {
    Failure failure;
    bus_.reset(g_bus_get_sync(G_BUS_TYPE_SESSION, nullptr, &failure));
    if (!bus_) throw NoKeyring("no keyring here: cannot connect to the session bus: " + failure.text());
    g_dbus_connection_set_exit_on_close(bus_.get(), FALSE);  // GLib would end the program with the bus
    service_.reset(
        secret_service_open_sync(SECRET_TYPE_SERVICE, nullptr, SECRET_SERVICE_OPEN_SESSION, nullptr, &failure));
    if (!service_) {
      throw NoKeyring("no keyring here: no keyring service on the session bus (gnome-keyring, KWallet, KeePassXC): " +
                      failure.text());
    }
  }

  std::optional<std::string> find(const KeyringEntry& entry) {
    const Patience patience(stop_);
    const Owned<GList> items =
        search(attributes_of(entry), SECRET_SEARCH_ALL | SECRET_SEARCH_UNLOCK | SECRET_SEARCH_LOAD_SECRETS, patience);
    SecretItem* item = preferred(items.get(), patience);
    if (item == nullptr) return std::nullopt;
    if (secret_item_get_locked(item) != 0) throw locked(patience);
    const Owned<SecretValue> value(secret_item_get_secret(item));
    if (!value) throw SecretError("the keyring does not give the secret of " + entry.key);
    gsize size = 0;
    const char* text = secret_value_get(value.get(), &size);
    return std::string(text, size);
  }

  void unlock() {
    const Patience patience(stop_);
    const Owned<SecretCollection> collection = default_collection(patience);
    if (!collection || secret_collection_get_locked(collection.get()) == 0) return;
    unlock(collection.get(), patience);
  }

  void store(const KeyringEntry& entry, const std::string& secret) {
    unlock();
    const Patience patience(stop_);
    const Owned<SecretValue> value(secret_value_new(secret.data(), static_cast<gssize>(secret.size()), "text/plain"));
    const Owned<GList> items = search(attributes_of(entry), SECRET_SEARCH_ALL, patience);
    Failure failure;
    bool is_stored = false;
    if (SecretItem* item = preferred(items.get(), patience)) {  // whatever other attributes it has
      if (secret_item_get_locked(item) != 0) unlock(item, patience);
      is_stored = secret_item_set_secret_sync(item, value.get(), patience.get(), &failure) != 0;
    } else {
      const Attributes given =
          attributes({{"service", entry.name}, {"username", entry.key}, {"application", application}});
      const std::string label = "Password for '" + entry.key + "' on '" + entry.name + "'";
      is_stored = secret_service_store_sync(service_.get(), nullptr, given.get(), SECRET_COLLECTION_DEFAULT,
                                            label.c_str(), value.get(), patience.get(), &failure) != 0;
    }
    if (!is_stored) throw error(failure, patience);
  }

  bool remove(const KeyringEntry& entry) {
    const Patience patience(stop_);
    const Owned<GList> items = search(attributes_of(entry), SECRET_SEARCH_ALL, patience);
    for (const GList* each = items.get(); each != nullptr; each = each->next) {
      auto* item = static_cast<SecretItem*>(each->data);
      if (secret_item_get_locked(item) != 0) unlock(item, patience);
      Failure failure;
      if (secret_item_delete_sync(item, patience.get(), &failure) == 0) throw error(failure, patience);
    }
    return items != nullptr;
  }

  std::vector<KeyringEntry> entries(const std::string& name) {
    const Patience patience(stop_);
    const Owned<GList> items =
        search(name.empty() ? attributes({{"application", application}}) : attributes({{"service", name}}),
               SECRET_SEARCH_ALL, patience);
    std::vector<KeyringEntry> found;
    for (const GList* each = items.get(); each != nullptr; each = each->next) {
      auto* item = static_cast<SecretItem*>(each->data);
      found.push_back({attribute(item, "service"), attribute(item, "username")});
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

 private:
  Owned<GList> search(const Attributes& wanted, int flags, const Patience& patience) const {
    Failure failure;
    Owned<GList> items(secret_service_search_sync(service_.get(), nullptr, wanted.get(),
                                                  static_cast<SecretSearchFlags>(flags), patience.get(), &failure));
    if (failure) throw error(failure, patience);
    return items;
  }

  /// The default collection's item, or else the first one; nullptr when there is none.
  SecretItem* preferred(GList* items, const Patience& patience) const {
    if (items == nullptr || items->next == nullptr)
      return items == nullptr ? nullptr : static_cast<SecretItem*>(items->data);
    const Owned<SecretCollection> collection = default_collection(patience);
    const std::string folder = collection ? path_of(collection.get()) + "/" : "/";
    for (const GList* each = items; each != nullptr; each = each->next) {
      if (path_of(each->data).starts_with(folder)) return static_cast<SecretItem*>(each->data);
    }
    return static_cast<SecretItem*>(items->data);
  }

  Owned<SecretCollection> default_collection(const Patience& patience) const {
    Failure failure;
    Owned<SecretCollection> collection(secret_collection_for_alias_sync(
        service_.get(), SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, patience.get(), &failure));
    if (failure) throw error(failure, patience);
    return collection;
  }

  void unlock(gpointer proxy, const Patience& patience) const {
    GList objects{.data = proxy, .next = nullptr, .prev = nullptr};
    Failure failure;
    const int unlocked = secret_service_unlock_sync(service_.get(), &objects, patience.get(), nullptr, &failure);
    if (failure) throw error(failure, patience);
    if (unlocked == 0) throw locked(patience);
  }

  SecretError locked(const Patience& patience) const {
    if (patience.is_over()) return SecretError("the keyring is locked, and nobody has unlocked it in time");
    if (can_ask_) return SecretError("the keyring is locked: the prompt for its password was dismissed");
    return SecretError(
        "the keyring is locked, and without a display nobody can be asked for its password: unlock it before, for "
        "example with gnome-keyring-daemon --unlock");
  }

  SecretError error(const Failure& failure, const Patience& patience) const {
    if (patience.is_over() || failure.is(SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) return locked(patience);
    return SecretError("the keyring fails: " + failure.text());
  }

  const std::stop_token stop_;
  const bool can_ask_;
  glib::Owned<GDBusConnection> bus_;
  glib::Owned<SecretService> service_;
};

Keyring::Keyring(const SecretTools& tools) {
  if (const std::string missing = missing_library(lazy_libraries::secret); !missing.empty()) {
    throw NoKeyring("no keyring here: it " + missing);
  }
  if (!has_session_bus(tools)) {
    throw NoKeyring(
        "no keyring here: no session bus (DBUS_SESSION_BUS_ADDRESS is not set). Where nobody logs in, set another "
        "vault_backend");
  }
  service_ = std::make_unique<Service>(tools);
}

Keyring::~Keyring() = default;

std::optional<std::string> Keyring::find(const KeyringEntry& entry) {
  return service_->find(entry);
}

void Keyring::unlock() {
  service_->unlock();
}

void Keyring::store(const KeyringEntry& entry, const std::string& secret) {
  service_->store(entry, secret);
}

bool Keyring::remove(const KeyringEntry& entry) {
  return service_->remove(entry);
}

std::vector<KeyringEntry> Keyring::entries(const std::string& name) {
  return service_->entries(name);
}

}  // namespace connector
