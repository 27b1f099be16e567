// Devices of Workspace ONE UEM, each with its managed and its installed software.
#include <algorithm>
#include <atomic>

#include "airwatch/uem.h"
#include "connector/pages.h"
#include "workspaceone_devicesoftware/software.h"

namespace connector::workspaceone_devicesoftware {
namespace {

class WorkspaceOne final : public Connector {
 public:
  std::string client_id;
  Secret client_secret;
  Url url;
  std::string region;
  std::string apps_scope;
  bool ignore_apple = false;
  bool default_versioning = false;
  std::string token_url;
  int page_size = uem::max_page_size;

  void check(const AddProblem& add_problem) override {
    url.value.erase(0, url.value.find_first_not_of('/'));
    std::transform(apps_scope.begin(), apps_scope.end(), apps_scope.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (apps_scope == "device") apps_scope = "installed";
    if (apps_scope != "managed" && apps_scope != "installed" && apps_scope != "all") {
      add_problem("apps_scope", "must be managed, installed or all");
    }
    uem::check(client(), add_problem);
  }

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    uem::keep_logged_in(*this, client());
  }

  void read(const Emit& emit) override {
    if (apps_scope != "installed") managed_.emplace(*this, url.value, page_size, rules()).read(emit);
    uem::Pages devices(
        *this, {.url = url.value + "/api/mdm/devices/search",
                .query = {{"pageSize", std::to_string(page_size)}, {"orderby", "deviceid"}, {"sortorder", "ASC"}},
                .name = "Devices",
                .may_be_missing = true});
    emit_details(
        *this, emit, uem::Rows(devices), [&](const Json& device) { return with_software(device); },
        [](const Json& device) { return "device " + uem::uuid_of(device); });
    devices.report_repeated(emit, "devices");
    devices.warn_of_missing("devices");
    if (repeated_ > 0) {
      emit.incomplete(fmt::format("the server repeats a page of the software of {} devices", repeated_.load()));
    }
  }

 private:
  uem::Client client() const { return {client_id, client_secret.value, region, token_url}; }

  uem::SoftwareRules rules() const { return {ignore_apple, default_versioning}; }

  Json with_software(Json device) {
    if (!device.is_object()) throw SourceError("it is not an object: " + excerpt(to_text(device), log));
    const std::string uuid = uem::uuid_of(device);
    Json software = managed_ ? managed_->of_device(uuid) : Json::array();
    if (apps_scope != "managed" && !uuid.empty()) add_installed(software, uuid);
    device["software"] = std::move(software);
    return device;
  }

  /// Adds what is on a device. Among that the server counts what is to be installed there.
  void add_installed(Json& software, const std::string& device) {
    uem::Pages pages(*this, {.url = url.value + "/api/mdm/devices/" + percent_encoded(device) + "/apps/search",
                             .query = {{"pageSize", std::to_string(page_size)}},
                             .name = "app_items",
                             .may_be_missing = true});
    for (Json rows = pages.next(); !rows.empty(); rows = pages.next()) {
      for (const Json& row : rows) {
        const bool is_installed = row.is_object() && at(row, "installed_status") != "NotInstalled";
        if (!is_installed || !rules().counts(at(row, "bundle_id"))) continue;
        software.push_back(rules().entry(row, "name", "installed_version", "bundle_id"));
      }
      const bool is_short = rows.size() < static_cast<std::size_t>(page_size);
      if (is_short && pages.total() && pages.rows() >= *pages.total()) break;
    }
    if (pages.repeated()) ++repeated_;
  }

  std::optional<uem::ManagedSoftware> managed_;
  std::atomic<std::size_t> repeated_ = 0;  ///< devices of whose software a page came twice
};

}  // namespace

Plugin plugin() {
  return {
      .section = "workspaceone_devicesoftware",
      .mapping_name = "workspaceone_devicesoftware",
      .settings =
          {
              setting("client_id", &WorkspaceOne::client_id, {.help = "ID of the OAuth client.", .example = ""}),
              setting("client_secret", &WorkspaceOne::client_secret,
                      {.help = "The OAuth client's secret.", .example = ""}),
              setting("url", &WorkspaceOne::url,
                      {.help = "Address of the API server.",
                       .example = "https://example.awmdm.com",
                       .environment_names = {"WORKSPACEONE_DEVICESOFTWARE_SUBDOMAIN"}}),
              setting("region", &WorkspaceOne::region,
                      {.help = "Region of the token service, na, uat, apac or emea; needed unless token_url is set.",
                       .default_value = "",
                       .example = "na"}),
              setting("apps_scope", &WorkspaceOne::apps_scope,
                      {.help = "Which software is brought: managed, installed or all.", .default_value = "all"}),
              setting("ignore_apple", &WorkspaceOne::ignore_apple,
                      {.help = "Whether Apple's software (bundle ID with com.apple.) is skipped.",
                       .default_value = "False"}),
              setting("default_versioning", &WorkspaceOne::default_versioning,
                      {.help = "Whether software without a version gets version 0.0.", .default_value = "False"}),
              setting("token_url", &WorkspaceOne::token_url,
                      {.help = "Address of the token request, instead of the region's.",
                       .default_value = "",
                       .in_sample = false}),
              page_size_setting(&WorkspaceOne::page_size, "Devices, applications or programs", uem::max_page_size),
          },
      .default_mapping = {{"APPLICATIONS", {{"source", "software"}}}},
      .limits = {.reset = ResetUnit::epoch_seconds},
      .make = make<WorkspaceOne>,
  };
}

}  // namespace connector::workspaceone_devicesoftware
