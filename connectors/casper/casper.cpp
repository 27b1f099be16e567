// Computers or mobile devices of a Jamf Pro server (once Casper), each with the parts that the mapping reads.
#include "casper/events.h"
#include "casper/inventory.h"
#include "casper/login.h"
#include "casper/subsets.h"
#include "connector/pages.h"

namespace connector::casper {
namespace {

/// Where the Classic API has the devices of one kind.
struct Kind {
  std::string name;        ///< for messages
  std::string path;        ///< of all, and before an id
  std::string list;        ///< of their ids
  std::string object;      ///< of one of them
  std::string group_path;  ///< before a group's name
  std::string group;       ///< the object that holds a group's list
};

const Kind computers = {.name = "computer",
                        .path = "computers",
                        .list = "computers",
                        .object = "computer",
                        .group_path = "computergroups",
                        .group = "computer_group"};
const Kind mobile_devices = {.name = "mobile device",
                             .path = "mobiledevices",
                             .list = "mobile_devices",
                             .object = "mobile_device",
                             .group_path = "mobiledevicegroups",
                             .group = "mobile_device_group"};

/// The description with another name and default mapping.
Plugin changed(Plugin plugin, const char* mapping_name, Json default_mapping) {
  plugin.mapping_name = mapping_name;
  plugin.default_mapping = std::move(default_mapping);
  return plugin;
}

class Casper final : public WebhookConnector {
 public:
  Url url;
  std::string username;
  Secret password;
  std::string client_id;
  Secret client_secret;
  std::string sync_type;
  std::string group_name;
  std::string api;
  int page_size = 0;

  void check(const AddProblem& add_problem) override {
    url.value.erase(0, url.value.find_first_not_of('/'));
    if (client_id.empty() && client_secret.empty()) {
      if (username.empty()) add_problem("username", "is required: set it, or client_id and client_secret");
      if (password.empty()) add_problem("password", "is required: set it, or client_id and client_secret");
    } else {
      if (client_id.empty()) add_problem("client_id", "is required where client_secret is set");
      if (client_secret.empty()) add_problem("client_secret", "is required where client_id is set");
    }
    if (is_pro() && brings_mobile_devices() && !group_name.empty()) {
      add_problem("group_name", "brings groups of mobile devices with api = classic only");
    }
  }

  const Plugin& description(const Plugin& plugin) const override {
    static const Plugin of_mobile_devices = changed(plugin, "Casper.MDM", Json::object());
    static const Plugin of_inventory = changed(plugin, "Casper", {{"APPLICATIONS", {{"source", "applications"}}}});
    return brings_mobile_devices() ? of_mobile_devices : is_pro() ? of_inventory : plugin;
  }

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    logout_ = keep_logged_in(*this, url.value, {username, password.value, client_id, client_secret.value});
  }

  void read(const Emit& emit) override {
    const SessionEnd session_end(*this, logout_);
    if (is_pro()) {
      return read_inventory(
          *this,
          {.url = url.value, .of_computers = !brings_mobile_devices(), .group = group_name, .page_size = page_size},
          emit);
    }
    const Kind& kind = brings_mobile_devices() ? mobile_devices : computers;
    const std::vector<std::string> ids = ids_of(kind, emit);
    const std::string subset = subset_path();
    emit_details(
        *this, emit, ids, [&](const std::string& id) { return details(kind, id, subset); },
        [&](const std::string& id) { return kind.name + " " + id; });
  }

  Notice receive(const WebhookEvent& event) const override { return read_event(event, brings_mobile_devices()); }

  /// group_name does not restrict them: Jamf Pro's webhooks know their own groups.
  void read_records(const std::vector<std::string>& ids, const Emit& emit) override {
    if (is_pro()) {
      return read_inventory(
          *this,
          {.url = url.value, .of_computers = !brings_mobile_devices(), .group = {}, .page_size = page_size, .ids = ids},
          emit);
    }
    const Kind& kind = brings_mobile_devices() ? mobile_devices : computers;
    const std::string subset = subset_path();
    emit_details(
        *this, emit, ids, [&](const std::string& id) { return details_unless_gone(kind, id, subset); },
        [&](const std::string& id) { return kind.name + " " + id; });
  }

 private:
  bool is_pro() const { return api == "pro"; }
  bool brings_mobile_devices() const { return sync_type == "mobiledevices"; }

  std::vector<std::string> ids_of(const Kind& kind, const Emit& emit) const {
    const Response response = list_of_ids(kind);
    Json body = response.json();
    std::vector<std::string> ids;
    for (const Json& entry : list_of(body, group_name.empty() ? kind.list : kind.group + "." + kind.list, response)) {
      const Json& id = at(entry, "id");
      const std::string text = id.is_string() ? id.get<std::string>() : to_text(id);
      if (id.is_number_integer() || (id.is_string() && !text.empty())) {
        ids.push_back(percent_encoded(text));
      } else {
        emit.failed(fmt::format("an entry of the list of {}s: {}", kind.name, excerpt(to_text(entry), log)),
                    "it has no id");
      }
    }
    return ids;
  }

  Response list_of_ids(const Kind& kind) const {
    std::string path = "/JSSResource/" + kind.path;
    if (!group_name.empty()) {
      path = "/JSSResource/" + kind.group_path + "/name/" + percent_encoded(group_name);
      log.info("reading the {} group \"{}\"", kind.name, group_name);
    }
    Response response = http.send({.url = url.value + path, .allow = {404, 410}});
    if (response.ok()) return response;
    if (group_name.empty()) {
      throw SourceError(
          fmt::format("GET {}: status {}: no Classic API for {}s here. Check url; if Jamf has removed it from "
                      "this version, set api = pro",
                      response.url, response.status, kind.name));
    }
    throw SourceError(fmt::format("GET {}: status {}: no {} group \"{}\". Check group_name and sync_type", response.url,
                                  response.status, kind.name, group_name));
  }

  /// The part of an address that names what is read of a device; empty: all.
  std::string subset_path() const {
    if (all_attributes && code.empty()) return {};
    const std::string names = subsets(sources, converters, code);
    return names.empty() ? "" : "/subset/" + names;
  }

  Json details(const Kind& kind, const std::string& id, const std::string& subset) const {
    return device_in(kind, http.get(details_url(kind, id, subset)));
  }

  std::optional<Json> details_unless_gone(const Kind& kind, const std::string& id, const std::string& subset) const {
    const Response response = http.send({.url = details_url(kind, id, subset), .allow = {404}});
    if (response.ok()) return std::optional<Json>(device_in(kind, response));
    log.debug("{} {} is gone: no record", kind.name, id);
    return std::nullopt;
  }

  std::string details_url(const Kind& kind, const std::string& id, const std::string& subset) const {
    return url.value + "/JSSResource/" + kind.path + "/id/" + id + subset;
  }

  static Json device_in(const Kind& kind, const Response& response) {
    const Json body = response.json();
    const Json& device = at(body, kind.object);
    if (!device.is_object() || device.empty()) {
      throw SourceError(fmt::format("GET {}: the response has no \"{}\"", response.url, kind.object));
    }
    return device;
  }

  std::function<std::optional<Request>()> logout_;
};

}  // namespace

Plugin plugin() {
  Plugin plugin{
      .section = "casper",
      .mapping_name = "Casper",
      .settings =
          {
              setting(
                  "url", &Casper::url,
                  {.help = "Address of the Jamf Pro server.", .default_value = "https://jss.jamfcloud.com/example"}),
              setting("username", &Casper::username,
                      {.help = "User that logs in, needed unless an API client is set.",
                       .default_value = "",
                       .example = "username@example.com"}),
              setting("password", &Casper::password,
                      {.help = "The user's password.", .default_value = "", .example = "change-me"}),
              setting("client_id", &Casper::client_id,
                      {.help = "ID of an API client (Jamf Pro 10.49 and later) that is used instead of a user.",
                       .default_value = "",
                       .in_sample = false}),
              setting("client_secret", &Casper::client_secret,
                      {.help = "The API client's secret.", .default_value = "", .in_sample = false}),
              setting("sync_type", &Casper::sync_type,
                      {.help = "What is brought, computers or mobile devices.",
                       .default_value = "computers",
                       .choices = {"computers", "mobiledevices"}}),
              setting("group_name", &Casper::group_name,
                      {.help = "Name of a group, to bring only its members.", .default_value = ""}),
              setting("api", &Casper::api,
                      {.help = "API that is read: classic, or pro, whose records have other names.",
                       .default_value = "classic",
                       .choices = {"classic", "pro"},
                       .in_sample = false}),
              page_size_setting(&Casper::page_size, "With api = pro, devices", 2000, 100),
          },
      .default_mapping = {{"APPLICATIONS", {{"source", "software.applications"}}}},
      .make = make<Casper>,
  };
  for (Setting& each : webhook_settings()) plugin.settings.push_back(std::move(each));
  for (const char* date :
       {"general.report_date", "general.last_contact_time", "general.initial_entry_date", "purchasing.warranty_expires",
        "purchasing.lease_expires", "purchasing.po_date", "general.reportDate", "general.lastContactTime",
        "general.initialEntryDate", "purchasing.warrantyDate", "purchasing.leaseDate", "purchasing.poDate"}) {
    plugin.default_converters.emplace_back(date, "date_format");
  }
  return plugin;
}

}  // namespace connector::casper
