// Devices of MobileIron Cloud, today Ivanti Neurons for MDM (API 1), or MobileIron Core, today Ivanti EPMM (API 2).
#include "connector/pages.h"
#include "mobileiron/cloud.h"
#include "mobileiron/core.h"

namespace connector::mobileiron {
namespace {

constexpr int max_cloud_page_size = 500;
constexpr int max_core_page_size = 200;
constexpr int usual_core_page_size = 50;

class MobileIron final : public Connector {
 public:
  Url url;
  std::string username;
  Secret password;
  Secret access_token;
  mobileiron_cloud::Partitions partitions;
  std::string api_version;
  bool include_checkin_devices_only = true;
  int last_checkin_date_threshold = 0;
  int page_size = 0;
  Headers authorization_settings;

  void check(const AddProblem& add_problem) override {
    if (const int max = is_core() ? max_core_page_size : max_cloud_page_size; page_size < 0 || page_size > max) {
      add_problem("page_size", fmt::format("must be from 1 to {}, or 0", max));
    }
    if (last_checkin_date_threshold < 0) add_problem("last_checkin_date_threshold", "must not be negative");
    if (authorization_settings.contains("Authorization") || !access_token.empty()) return;
    if (username.empty()) add_problem("username", "is required");
    if (password.empty()) add_problem("password", "is required");
  }

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    if (const auto authorization = authorization_settings.find("Authorization")) {
      http.headers.set("Authorization", *authorization);
    } else if (!access_token.empty()) {
      http.headers.set("Authorization", "Bearer " + access_token.value);
    } else {
      http.basic_authentication(username, password.value);
    }
  }

  void read(const Emit& emit) override {
    if (is_core()) {
      mobileiron_core::read(*this, emit, url, page_size > 0 ? page_size : usual_core_page_size);
    } else {
      mobileiron_cloud::Selection selection{.partitions = partitions};
      if (include_checkin_devices_only) selection.last_check_in = std::chrono::seconds(last_checkin_date_threshold);
      mobileiron_cloud::read(*this, emit, url, selection, page_size > 0 ? page_size : max_cloud_page_size);
    }
  }

 private:
  bool is_core() const { return api_version == "2"; }
};

}  // namespace

Plugin plugin() {
  return {
      .section = "mobileiron",
      .mapping_name = "MobileIron",
      .settings =
          {
              setting("url", &MobileIron::url,
                      {.help = "Address of the server.", .default_value = "https://na1.mobileiron.com"}),
              setting("username", &MobileIron::username,
                      {.help = "User that may read devices.", .default_value = "", .example = "username@example.com"}),
              setting("password", &MobileIron::password,
                      {.help = "The user's password.", .default_value = "", .example = "change-me"}),
              setting(
                  "access_token", &MobileIron::access_token,
                  {.help = "Bearer token in place of username and password.", .default_value = "", .in_sample = false}),
              setting("partitions", &MobileIron::partitions,
                      {.help = "API 1: the partitions to read, a JSON list of names, or All.",
                       .default_value = R"(["Drivers"])"}),
              setting("api_version", &MobileIron::api_version,
                      {.help = "1 for Cloud (Neurons for MDM), 2 for Core (EPMM).", .default_value = "1"}),
              setting(
                  "include_checkin_devices_only", &MobileIron::include_checkin_devices_only,
                  {.help = "API 1: whether to bring only devices that checked in lately.", .default_value = "True"}),
              setting("last_checkin_date_threshold", &MobileIron::last_checkin_date_threshold,
                      {.help = "API 1: how many seconds ago is lately.", .default_value = "129600"}),
              setting("page_size", &MobileIron::page_size,
                      {.help = "Devices a request; 0 for 500 with API 1, 50 with API 2.",
                       .default_value = "0",
                       .in_sample = false}),
              setting("authorization_settings", &MobileIron::authorization_settings,
                      {.help = "Headers in place of username and password, as JSON; set by managed mode.",
                       .default_value = "",
                       .in_sample = false,
                       .secret = true}),
          },
      .basic_connector = true,
      .make = make<MobileIron>,
  };
}

}  // namespace connector::mobileiron
