// Virtual machines of a VMware vCenter, host after host.
#include "connector/pages.h"
#include "vcenter/machine.h"

namespace connector::vcenter {
namespace {

constexpr int max_guest_retries = 5;
constexpr const char* session_header = "vmware-api-session-id";

/// How the two APIs of vCenter differ.
struct Api {
  std::string_view root;
  std::string_view session;
  std::string_view filter;  ///< what the names of filters begin with
  std::string_view value;   ///< the member of a response that holds its value; empty: the response is the value
};
constexpr Api legacy{.root = "/rest", .session = "/rest/com/vmware/cis/session", .filter = "filter.", .value = "value"};
constexpr Api current{.root = "/api", .session = "/api/session", .filter = "", .value = ""};

/// The ID of an entry of a list.
std::string id_of(const Json& entry, std::string_view name) {
  const Json& id = at(entry, name);
  if (!id.is_string() || id == "") throw SourceError(fmt::format("the entry has no \"{}\": {}", name, to_text(entry)));
  return id.get<std::string>();
}

/// An entry for messages: "VM app-1 (vm-101)".
std::string label(std::string_view kind, const Json& entry, std::string_view id) {
  return fmt::format("{} {} ({})", kind, to_text(at(entry, "name")), to_text(at(entry, id)));
}

class VCenter final : public Connector {
 public:
  Url url;
  std::string username;
  Secret password;
  bool use_legacy_apis = true;
  bool guest_networking = false;

  void authenticate() override {
    api_ = use_legacy_apis ? &legacy : &current;
    http.keep_logged_in([this] { return log_in(); });
  }

  void read(const Emit& emit) override {
    const SessionEnd session_end(*this, [this] { return logout(); });
    if (wants("ip_address") || wants("nics")) {
      read_part(*this, emit, "network interfaces of the vCenter server",
                [&] { addresses_ = appliance_addresses(list("/appliance/networking/interfaces")); });
    }
    for (const Json& datacenter : list("/vcenter/datacenter")) {
      read_part(*this, emit, "hosts of " + label("datacenter", datacenter, "datacenter"),
                [&] { read_hosts(emit, datacenter); });
    }
  }

 private:
  /// A server that does not have the API that was configured has the other one.
  Login log_in() {
    const bool is_first = session_.empty();
    Response response = create_session(is_first ? std::vector<int>{404, 410} : std::vector<int>());
    if (!response.ok()) {
      const Api& other = api_ == &legacy ? current : legacy;
      log.info("vCenter has no {} API (status {}); using {}", api_->root, response.status, other.root);
      api_ = &other;
      response = create_session();
    }
    const Json session = value_of(response);
    if (!session.is_string() || session == "") {
      throw AuthenticationError(fmt::format("POST {}: the response to the login has no session ID", response.url));
    }
    session_ = session.get<std::string>();
    return {.headers = {{session_header, session_}}};
  }

  Response create_session(const std::vector<int>& allow = {}) const {
    return http.send({.method = "POST",
                      .url = url.value + std::string(api_->session),
                      .headers = {{"Authorization", "Basic " + base64(username + ":" + password.value)}},
                      .allow = allow});
  }

  std::optional<Request> logout() const {
    return Request{.method = "DELETE",
                   .url = url.value + std::string(api_->session),
                   .headers = {{session_header, session_}},
                   .secret_headers = {session_header}};
  }

  void read_hosts(const Emit& emit, const Json& datacenter) {
    for (const Json& host : list("/vcenter/host", "datacenters", id_of(datacenter, "datacenter"))) {
      read_part(*this, emit, "VMs of " + label("host", host, "host"), [&] { read_machines(emit, datacenter, host); });
    }
  }

  void read_machines(const Emit& emit, const Json& datacenter, const Json& host) {
    emit_details(
        *this, emit, list("/vcenter/vm", "hosts", id_of(host, "host")),
        [&](const Json& machine) { return record_of(machine, host, datacenter); },
        [](const Json& machine) { return label("VM", machine, "vm"); });
  }

  Json record_of(const Json& machine, const Json& host, const Json& datacenter) const {
    const std::string path = "/vcenter/vm/" + percent_encoded(id_of(machine, "vm"));
    const Response response = http.get(address_of(path));
    Json record = value_of(response);
    if (!record.is_object()) throw SourceError(fmt::format("GET {}: the response is not an object", response.url));
    complete_machine(record, addresses_);
    Json guest_identity = wants("guest_identity") ? guest_part(path + "/guest/identity") : Json::object();
    complete_guest_identity(guest_identity);
    record["vm"] = machine;
    record["host"] = host;
    record["datacenter"] = datacenter;
    record["tools"] = wants("tools") ? guest_part(path + "/tools") : Json::object();
    record["guest_identity"] = std::move(guest_identity);
    if (guest_networking) record["guest_networking"] = guest_part(path + "/guest/networking/interfaces", Json::array());
    return record;
  }

  /// What only VMware Tools can tell. Where they do not run vCenter responds with 503, so that is not retried.
  Json guest_part(const std::string& path, Json part = Json::object()) const {
    const Request request{.url = address_of(path),
                          .accept = [](const Response& response) { return response.status >= 400; },
                          .retry = false};
    failure_of(*this, path, [&] {
      Response response = http.send(request);
      for (int retry = 0; retry < max_guest_retries && (response.status == 429 || response.status == 500); ++retry) {
        response = http.send(request);
      }
      Json value = response.status == 200 ? value_of(response) : Json();
      if (value.type() == part.type()) part = std::move(value);
    });
    return part;
  }

  Json list(const std::string& path, std::string_view filter = {}, const std::string& id = {}) const {
    Query query;
    if (!filter.empty()) query.emplace_back(std::string(api_->filter).append(filter), id);
    const Response response = http.get(address_of(path), query);
    Json answer = response.json();
    return std::move(list_of(answer, api_->value, response));
  }

  std::string address_of(const std::string& path) const { return url.value + std::string(api_->root) + path; }

  Json value_of(const Response& response) const {
    Json answer = response.json();
    return api_->value.empty() ? answer : at(answer, api_->value);
  }

  const Api* api_ = nullptr;
  std::string session_;
  ApplianceAddresses addresses_;
};

}  // namespace

Plugin plugin() {
  return {
      .section = "vcenter",
      .mapping_name = "vCenter",
      .settings =
          {
              setting("url", &VCenter::url, {.help = "Address of the vCenter server.", .example = "https://api_host"}),
              setting("username", &VCenter::username,
                      {.help = "User that logs in.", .example = "administrator@vsphere.local"}),
              setting("password", &VCenter::password, {.help = "The user's password.", .example = "change-me"}),
              setting("use_legacy_apis", &VCenter::use_legacy_apis,
                      {.help = "True: the API below /rest, of vCenter up to 7.0 U2; False: the one below /api.",
                       .default_value = "True"}),
              setting(
                  "guest_networking", &VCenter::guest_networking,
                  {.help = "Whether the network interfaces that the guests report come too, one more request per VM.",
                   .default_value = "False",
                   .in_sample = false}),
          },
      .basic_connector = true,
      .make = make<VCenter>,
  };
}

}  // namespace connector::vcenter
