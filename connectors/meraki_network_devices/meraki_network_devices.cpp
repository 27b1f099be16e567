// Devices of a Cisco Meraki organization: those of each network, then those of the inventory.
#include "connector/pages.h"
#include "meraki_network_devices/inventory.h"
#include "meraki_network_devices/pages.h"

namespace connector::meraki_network_devices {
namespace {

constexpr int min_page_size = 3;
constexpr int max_page_size = 1000;
constexpr int managed_page_size = 100;
constexpr const char* key_header = "X-Cisco-Meraki-API-Key";

/// A list that comes in pages.
struct List {
  std::string url;
  std::string id;  ///< the key that tells its entries apart
};

std::string origin_of(const std::string& address) {
  const std::optional<UrlParts> parts = parse_url(address);
  return parts ? parts->origin() : std::string();
}

class Meraki final : public Connector {
 public:
  Secret meraki_api_key;
  std::string org_id;
  Url api_url;
  int page_size = 0;
  bool merge_inventory = false;
  Headers authorization_settings;

  void check(const AddProblem& add_problem) override {
    if (page_size != 0 && (page_size < min_page_size || page_size > max_page_size)) {
      add_problem("page_size", "must be 0 or between 3 and 1000");
    }
    if (key().empty()) add_problem("meraki_api_key", "is missing: set a key of the Dashboard API");
  }

  void read(const Emit& emit) override {
    log.warning("meraki_network_devices is deprecated: ask Oomnitza which integration replaces it");
    http.headers.set(key_header, key());
    http.headers.set("Authorization", "Bearer " + key());

    if (merge_inventory) {
      read_merged(emit);
    } else {
      read_both(emit);
    }
  }

 private:
  std::string key() const { return authorization_settings.find(key_header).value_or(meraki_api_key.value); }

  void read_both(const Emit& emit) {
    read_networks_part(emit);
    bool is_first = true;
    read_inventory([&](Json& devices) {
      if (std::exchange(is_first, false)) warn_of_nulls(devices.front());
      emit_rows(emit, devices, "a device of the inventory");
    });
  }

  /// When the inventory cannot be read nothing is handed over: devices would lack what it says of them.
  void read_merged(const Emit& emit) {
    Inventory inventory(emit);
    read_inventory([&](Json& devices) { inventory.keep(devices); });
    read_networks_part(inventory);
    inventory.emit_rest();
  }

  /// A device that belongs to a network comes twice; what the inventory lacks is null there.
  void warn_of_nulls(const Json& device) const {
    std::string missing;
    for (const std::string& source : expected_sources) {
      if (at(device, source).is_null()) missing += (missing.empty() ? "" : ", ") + source;
    }
    if (!missing.empty() && !at(device, "networkId").is_null()) {
      log.warning("the inventory sends nulls for what only networks know ({}): set merge_inventory = True", missing);
    }
  }

  void read_networks_part(const Emit& emit) {
    std::string refusal;
    read_part(*this, emit, "networks", [&] { refusal = read_networks(emit); });
    if (!refusal.empty()) throw AuthenticationError(refusal);
  }

  /// The devices of all networks. Returns why the very first request was refused, else nothing.
  std::string read_networks(const Emit& emit) {
    const List list{.url = organization_url() + "/networks", .id = "id"};
    Response first = ask(list.url + first_query(), {401, 403});
    if (!first.ok()) return refusal_in(first);
    read_pages(list, std::move(first), [&](const Json& networks) { emit_devices(emit, networks); });
    return {};
  }

  /// Some organizations live on a server of their own, to which Meraki redirects. The key does not go there unasked.
  std::string refusal_in(const Response& response) const {
    const std::string text = "Meraki refuses the API key: " + problem_of(response, log);
    const std::string origin = origin_of(response.url);
    if (origin == origin_of(api_url.value)) return text;
    return text + fmt::format(". Meraki redirected the request to {0}: set api_url = {0}/api/v1", origin);
  }

  void emit_devices(const Emit& emit, const Json& networks) {
    std::vector<std::string> ids;
    for (const Json& network : networks) {
      std::string id = id_of(network, "id");
      if (id.empty()) {
        emit.incomplete("an entry of the networks has no id: " + excerpt(to_text(network), log));
      } else {
        ids.push_back(std::move(id));
      }
    }
    const auto fetch = [this](const std::string& id) {
      const Response response = ask(api_url.value + "/networks/" + percent_encoded(id) + "/devices");
      Json devices = response.json();
      return std::move(list_of(devices, "", response));
    };
    emit_lists(*this, emit, ids, fetch, [](const std::string& id) { return "devices of network " + id; });
  }

  /// Older servers know the inventory by another address.
  void read_inventory(const std::function<void(Json&)>& take) {
    List list{.url = organization_url() + "/inventory/devices", .id = "serial"};
    Response first = ask(list.url + first_query(), {404});
    if (first.status == 404) {
      list.url = organization_url() + "/inventoryDevices";
      first = ask(list.url + first_query());
    }
    read_pages(list, std::move(first), take);
  }

  void read_pages(const List& list, Response response, const std::function<void(Json&)>& take) {
    PageGuard guard("Meraki");
    while (true) {
      Json page = response.json();
      Json& entries = list_of(page, "", response);
      if (entries.empty()) return;
      const std::string last = id_of(entries.back(), list.id);
      if (!last.empty()) guard.check(last);
      take(entries);
      const std::string query = next_query(response, first_query(), last);
      if (query.empty()) return;
      guard.check(query);
      response = ask(list.url + query);
    }
  }

  std::string first_query() const {
    if (page_size > 0) return fmt::format("?perPage={}", page_size);
    const bool is_managed = !authorization_settings.empty();
    return fmt::format("?perPage={}", is_managed ? managed_page_size : max_page_size);
  }

  std::string organization_url() const { return api_url.value + "/organizations/" + percent_encoded(org_id); }

  Response ask(const std::string& url, const std::vector<int>& allow = {}) const {
    return http.send({.url = url, .allow = allow, .secret_headers = {key_header}});
  }
};

}  // namespace

Plugin plugin() {
  return {
      .section = "meraki_network_devices",
      .mapping_name = "meraki_network_devices",
      .settings =
          {
              setting("meraki_api_key", &Meraki::meraki_api_key,
                      {.help = "Key of the Dashboard API.", .default_value = "", .example = "***"}),
              setting("org_id", &Meraki::org_id, {.help = "ID of the organization.", .example = "549236"}),
              setting("api_url", &Meraki::api_url,
                      {.help = "Base address of the Dashboard API.", .default_value = "https://api.meraki.com/api/v1"}),
              setting("page_size", &Meraki::page_size,
                      {.help = "Networks or devices per page, 3 to 1000; 0: 1000, in managed mode 100.",
                       .default_value = "0",
                       .in_sample = false}),
              setting("merge_inventory", &Meraki::merge_inventory,
                      {.help = "Whether a device is one record, its network's part and the inventory's together; "
                               "otherwise it comes twice, and what only one of the two has is null in the other.",
                       .default_value = "False",
                       .in_sample = false}),
              setting("authorization_settings", &Meraki::authorization_settings,
                      {.help = "Headers that managed mode gives, with the key among them, as JSON.",
                       .default_value = "",
                       .in_sample = false,
                       .secret = true}),
          },
      .basic_connector = true,
      .limits = {.per_second = 10},
      .make = make<Meraki>,
  };
}

}  // namespace connector::meraki_network_devices
