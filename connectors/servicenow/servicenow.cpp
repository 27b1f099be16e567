// Assets of ServiceNow with the computer, the custom fields and the software of each.
#include <algorithm>

#include "connector/connector.h"
#include "connector/oauth.h"
#include "connector/pages.h"
#include "servicenow/hardware.h"
#include "servicenow/tables.h"

namespace connector::servicenow {
namespace {

constexpr const char* software_instances = "cmdb_software_instance";
constexpr const char* software_installs = "cmdb_sam_sw_install";  // of Software Asset Management

/// Assets of ServiceNow with the computer, the custom fields and the software of each.
class ServiceNow final : public Connector {
 public:
  Url url;
  std::string username;
  Secret password;
  std::string client_id;
  Secret client_secret;
  Secret api_key;
  std::string software_table;
  int page_size = 0;

  void check(const AddProblem& add_problem) override {
    if (client_id.empty() != client_secret.empty()) {
      add_problem(client_id.empty() ? "client_id" : "client_secret",
                  "is missing: client_id and client_secret go together");
    }
    if (username.empty() != password.empty()) {
      add_problem(username.empty() ? "username" : "password", "is missing: username and password go together");
    }
    if (username.empty() && client_id.empty() && api_key.empty()) {
      add_problem("username", "is missing: set username and password, or client_id and client_secret, or api_key");
    }
  }

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    if (!api_key.empty()) {
      http.keep_logged_in([this] { return Login{.headers = {{"x-sn-apikey", api_key.value}}}; }, {});
    } else if (!client_id.empty()) {
      http.keep_logged_in([this] { return token_login(); });
    } else {
      http.basic_authentication(username, password.value);
    }
  }

  void read(const Emit& emit) override {
    if (software_table.empty() && wants("software")) software_table = table_with_software();
    std::uint64_t read = 0;
    const std::uint64_t total = tables().each_page(
        "alm_asset", {{"sysparm_display_value", "all"}, {"sysparm_query", "^ORDERBYsys_id"}}, [&](Json assets) {
          read += assets.size();
          emit_details(
              *this, emit, assets, [this](const Json& asset) { return record(asset); },
              [](const Json& asset) { return "asset " + stored_text(at(asset, "sys_id")); });
        });
    if (total > read) {
      log.warning("ServiceNow counts {} assets but shows {}: check the account's roles and the ACLs of alm_asset",
                  total, read);
    }
  }

 private:
  Tables tables() const { return {http, log, url.value, page_size}; }

  Login token_login() const {
    const std::string address = url.value + "/oauth_token.do";
    if (username.empty()) {
      return client_credentials(http,
                                {.token_url = address, .client_id = client_id, .client_secret = client_secret.value});
    }
    return bearer_login(http.post_form(address, {{"grant_type", "password"},
                                                 {"client_id", client_id},
                                                 {"client_secret", client_secret.value},
                                                 {"username", username},
                                                 {"password", password.value}}));
  }

  /// Where Software Asset Management is active, the older table stays empty.
  std::string table_with_software() const {
    const std::string table = tables().has_rows(software_installs) ? software_installs : software_instances;
    log.info("reading software from {}", table);
    return table;
  }

  Json record(const Json& asset) const {
    if (!asset.is_object()) throw SourceError("the asset is not an object");
    const std::string ci = stored_text(at(asset, "ci"));
    Json computer;
    Json custom;
    Json software = Json::array();
    if (!ci.empty()) {
      if (wants_computer()) computer = computer_of(ci);
      if (wants_custom_fields() && stored_text(at(asset, "sys_class_name")) == "alm_hardware") custom = custom_of(ci);
      if (wants("software")) software = software_on(ci);
    }
    return {{"hardware", hardware(asset, computer, custom)}, {"software", std::move(software)}};
  }

  bool wants_computer() const {
    return std::any_of(computer_fields.begin(), computer_fields.end(),
                       [this](const char* field) { return wants(fmt::format("hardware.{}", field)); });
  }

  bool wants_custom_fields() const {
    return wants("hardware.u_") || std::any_of(sources.begin(), sources.end(), [](const std::string& source) {
             return source.starts_with("hardware.u_");
           });
  }

  Json computer_of(const std::string& ci) const {
    return tables().first_row("cmdb_ci_computer",
                              {{"sysparm_query", "sys_id=" + ci},
                               {"sysparm_display_value", "all"},
                               {"sysparm_fields", fmt::format("{}", fmt::join(computer_fields, ","))}});
  }

  Json custom_of(const std::string& ci) const {
    return tables().first_row("alm_hardware", {{"sysparm_query", "ci=" + ci}, {"sysparm_display_value", "all"}});
  }

  Json software_on(const std::string& ci) const {
    const bool by_asset_management = software_table == software_installs;
    const std::string name = by_asset_management ? "display_name" : "software.name";
    const std::string version = by_asset_management ? "version" : "software.version";
    const std::string only_active = by_asset_management ? "^active=true" : "";
    Json software = Json::array();
    tables().each_page(
        software_table,
        {{"sysparm_query", "installed_on=" + ci + only_active}, {"sysparm_fields", version + "," + name}},
        [&](const Json& rows) {
          for (const Json& row : rows) {
            software.push_back(
                software_entry(display_value(name, at(row, name)), display_value(version, at(row, version))));
          }
        });
    return software;
  }
};

}  // namespace

Plugin plugin() {
  return {
      .section = "servicenow",
      .mapping_name = "ServiceNow",
      .settings =
          {
              setting("url", &ServiceNow::url,
                      {.help = "Address of the ServiceNow instance.", .example = "https://INSTANCE.service-now.com"}),
              setting("username", &ServiceNow::username,
                      {.help = "User that reads the tables.", .default_value = "", .example = "***"}),
              setting("password", &ServiceNow::password,
                      {.help = "The user's password.", .default_value = "", .example = "***"}),
              setting("client_id", &ServiceNow::client_id,
                      {.help = "OAuth client that logs in: with username and password for that user, without them for "
                               "the client's own user.",
                       .default_value = "",
                       .in_sample = false}),
              setting("client_secret", &ServiceNow::client_secret,
                      {.help = "Secret of the OAuth client.", .default_value = "", .in_sample = false}),
              setting("api_key", &ServiceNow::api_key,
                      {.help = "REST API key; used instead of everything else when set.",
                       .default_value = "",
                       .in_sample = false}),
              setting("software_table", &ServiceNow::software_table,
                      {.help = "Table that holds the installed software; empty: found out at the start.",
                       .default_value = "",
                       .choices = {"", software_instances, software_installs},
                       .in_sample = false}),
              page_size_setting(&ServiceNow::page_size, "Rows", 10000, 1000),
          },
      .default_mapping = {{"APPLICATIONS", {{"source", "software"}}}},
      .limits = {.reset = ResetUnit::epoch_seconds},
      .make = make<ServiceNow>,
  };
}

}  // namespace connector::servicenow
