// Devices of AirWatch (Workspace ONE UEM), with their details of Apple's DEP and of the network.
#include <algorithm>
#include <unordered_map>

#include "airwatch/uem.h"
#include "connector/pages.h"

namespace connector::airwatch {
namespace {

/// A device and what became of its network details.
struct Device {
  Json record;
  bool has_none = false;     ///< the server has no network details of it
  std::string failure = {};  ///< why they could not be read
};

/// How often something happened, and one case of it.
struct Tally {
  std::size_t count = 0;
  std::string first;

  void add(const std::string& what) {
    if (count++ == 0) first = what;
  }
};

class AirWatch final : public Connector {
 public:
  Url url;
  std::string username;
  Secret password;
  Secret api_token;
  std::string dep_uuid;
  std::string client_id;
  Secret client_secret;
  std::string region;
  std::string token_url;
  int page_size = uem::max_page_size;

  void check(const AddProblem& add_problem) override {
    if (has_client()) return uem::check(client(), add_problem);
    const std::string advice = "is required: set it, or client_id and client_secret of an OAuth client";
    if (username.empty()) add_problem("username", advice);
    if (password.empty()) add_problem("password", advice);
    if (api_token.empty()) add_problem("api_token", advice);
  }

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    if (has_client()) return uem::keep_logged_in(*this, client());
    http.basic_authentication(username, password.value);
    http.headers.set("aw-tenant-code", api_token.value);
  }

  void read(const Emit& emit) override {
    dep_ = dep_devices();
    reads_network_ = std::any_of(sources.begin(), sources.end(),
                                 [](const std::string& source) { return source.starts_with("network."); });
    uem::Pages pages(*this,
                     {.url = url.value + "/api/mdm/devices/search",
                      .query = {{"pagesize", std::to_string(page_size)}, {"orderby", "deviceid"}, {"sortorder", "ASC"}},
                      .name = "Devices"});
    Tally without_network;
    Tally failures;
    parallel(
        workers, uem::Rows(pages), [&](Json device) { return with_details(std::move(device)); },
        [&](Device device) {
          if (device.has_none) without_network.add(id_of(device.record));
          if (!device.failure.empty()) failures.add(device.failure);
          const bool is_object = device.record.is_object();
          emit({std::move(device.record), is_object ? "" : "a device is not an object"});
        });
    pages.report_repeated(emit, "devices");
    pages.warn_of_missing("devices");
    if (without_network.count > 0) {
      log.warning("{} devices have no network details on the server; the first is device {}", without_network.count,
                  without_network.first);
    }
    if (failures.count > 0) {
      log.warning("{} devices were sent without their network details; the first: {}", failures.count, failures.first);
      emit.incomplete(fmt::format("the network details of {} devices could not be read", failures.count));
    }
  }

 private:
  bool has_client() const { return !client_id.empty() || !client_secret.empty(); }

  uem::Client client() const { return {client_id, client_secret.value, region, token_url}; }

  /// What Apple's Device Enrollment Program knows of devices, by serial number.
  std::unordered_map<std::string, Json> dep_devices() const {
    std::unordered_map<std::string, Json> devices;
    if (dep_uuid.empty()) return devices;
    const Response response =
        uem::get(*this, {.url = url.value + "/api/mdm/dep/groups/" + percent_encoded(dep_uuid) + "/devices"});
    if (response.status == 204) {
      log.warning("the DEP group {} has no devices", dep_uuid);
      return devices;
    }
    Json entries = response.json();
    for (Json& entry : list_of(entries, "", response)) {
      const Json serial_number = at(entry, "deviceSerialNumber");
      if (serial_number.is_string() && serial_number != "") devices[serial_number] = std::move(entry);
    }
    return devices;
  }

  Device with_details(Json record) const {
    Device device{.record = std::move(record)};
    if (!device.record.is_object()) return device;
    const Json& serial_number = at(device.record, "SerialNumber");
    if (serial_number.is_string()) {
      const auto entry = dep_.find(serial_number.get_ref<const std::string&>());
      if (entry != dep_.end()) device.record["dep"] = entry->second;
    }
    if (reads_network_) add_network(device);
    return device;
  }

  void add_network(Device& device) const {
    Json network = Json::object();
    if (const std::string id = id_of(device.record); !id.empty()) {
      device.failure = failure_of(*this, "network details of device " + id, [&] {
        const Response response = uem::get(
            *this, {.url = url.value + "/api/mdm/devices/" + percent_encoded(id) + "/network", .allow = {404}});
        device.has_none = response.status == 404 || response.status == 204;
        if (!device.has_none) network = object_of(response);
      });
    }
    device.record["network"] = std::move(network);
  }

  /// Id.Value as text; empty when there is none.
  static std::string id_of(const Json& device) {
    const Json& id = at(device, "Id.Value");
    if (id.is_string()) return id.get<std::string>();
    return id.is_number_integer() && id != 0 ? to_text(id) : "";
  }

  static Json object_of(const Response& response) {
    Json object = response.json();
    if (object.is_object()) return object;
    throw SourceError(fmt::format("GET {}: the response is not an object: {}", response.url, excerpt(response.body)));
  }

  std::unordered_map<std::string, Json> dep_;
  bool reads_network_ = false;
};

}  // namespace

Plugin plugin() {
  return {
      .section = "airwatch",
      .mapping_name = "AirWatch",
      .settings =
          {
              setting("url", &AirWatch::url,
                      {.help = "Address of the API server.", .default_value = "https://apidev.awmdm.com"}),
              setting("username", &AirWatch::username,
                      {.help = "User that logs in, needed unless an OAuth client is set.",
                       .default_value = "",
                       .example = "username@example.com"}),
              setting("password", &AirWatch::password,
                      {.help = "The user's password.", .default_value = "", .example = "change-me"}),
              setting("api_token", &AirWatch::api_token,
                      {.help = "Tenant code (REST API key), sent along with user and password.",
                       .default_value = "",
                       .example = "YOUR AirWatch API TOKEN"}),
              setting("dep_uuid", &AirWatch::dep_uuid,
                      {.help = "UUID of an Apple DEP group, to add its details (AirWatch 9.2 and later).",
                       .default_value = ""}),
              setting("client_id", &AirWatch::client_id,
                      {.help = "ID of an OAuth client that is used instead of user, password and tenant code.",
                       .default_value = "",
                       .in_sample = false}),
              setting("client_secret", &AirWatch::client_secret,
                      {.help = "The OAuth client's secret.", .default_value = "", .in_sample = false}),
              setting("region", &AirWatch::region,
                      {.help = "Region of the OAuth client's token service, na, uat, apac or emea.",
                       .default_value = "",
                       .in_sample = false}),
              setting("token_url", &AirWatch::token_url,
                      {.help = "Address of the token request, instead of the region's.",
                       .default_value = "",
                       .in_sample = false}),
              page_size_setting(&AirWatch::page_size, "Devices", uem::max_page_size),
          },
      .limits = {.reset = ResetUnit::epoch_seconds},
      .make = make<AirWatch>,
  };
}

}  // namespace connector::airwatch
