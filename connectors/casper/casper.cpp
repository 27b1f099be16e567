// Computers or mobile devices of a Jamf Pro server (once Casper), each with the parts that the mapping reads.
#include "casper/devices.h"
#include "casper/events.h"
#include "casper/login.h"
#include "connector/pages.h"

namespace connector::casper {
namespace {

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
    read_devices(
        {.url = url.value, .of_computers = !brings_mobile_devices(), .group = group_name, .page_size = page_size},
        emit);
  }

  Notice receive(const WebhookEvent& event) const override { return read_event(event, brings_mobile_devices()); }

  /// group_name does not restrict them: Jamf Pro's webhooks know their own groups.
  void read_records(const std::vector<std::string>& ids, const Emit& emit) override {
    read_devices(
        {.url = url.value, .of_computers = !brings_mobile_devices(), .group = {}, .page_size = page_size, .ids = ids},
        emit);
  }

 private:
  bool is_pro() const { return api == "pro"; }
  bool brings_mobile_devices() const { return sync_type == "mobiledevices"; }

  void read_devices(const DeviceQuery& query, const Emit& emit) const {
    is_pro() ? read_inventory(*this, query, emit) : read_classic(*this, query, emit);
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
