// Machines of a KACE Systems Management Appliance with their software.
#include "connector/connector.h"

namespace connector {
namespace {

constexpr int page_size = 100;

bool is_placeholder(const Json& value) {
  return value == "empty" || value == "0000-00-00 00:00:00";
}

/// Programs as Oomnitza wants them: name, version, path.
Json software_of(const Json& machine) {
  Json software = Json::array();
  const Json& programs = at(machine, "Software");
  if (!programs.is_array()) return software;
  for (const Json& program : programs) {
    software.push_back(
        {{"name", at(program, "DISPLAY_NAME")}, {"version", at(program, "DISPLAY_VERSION")}, {"path", nullptr}});
  }
  return software;
}

Json to_record(Json machine) {
  Json software = software_of(machine);
  machine.erase("Software");
  for (Json& value : machine) {
    if (is_placeholder(value)) value = "";
  }
  machine["software"] = std::move(software);
  return machine;
}

/// Machines of a KACE Systems Management Appliance with their software.
class Kace final : public Connector {
 public:
  Url url;
  std::string username;
  Secret password;
  std::string organization_name;
  std::string api_version;

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    const Response answer =
        http.post(url.value + "/ams/shared/api/security/login",
                  {{"userName", username}, {"password", password.value}, {"organizationName", organization_name}});
    const auto token = answer.headers.find("x-dell-csrf-token");
    if (!token || token->empty()) throw AuthenticationError("KACE's answer to the login holds no x-dell-csrf-token");
    log.hide(*token);
    http.use_cookies_as_credentials();
    http.headers.set("x-dell-csrf-token", *token);
    http.headers.set("x-dell-api-version", api_version);
  }

  void read(const Emit& emit) override {
    for (int offset = 0;; offset += page_size) {
      Json page = http.send({.url = url.value + "/api/inventory/machines",
                             .query = {{"shaping", "machine all,software standard"},
                                       {"paging", fmt::format("limit {} offset {}", page_size, offset)}},
                             .secret_headers = {"x-dell-csrf-token"}})
                      .json();
      if (!page.is_object()) throw SourceError("KACE's answer for machines is no object");
      Json& machines = page["Machines"];
      if (is_empty(machines)) return;
      if (!machines.is_array()) throw SourceError("KACE's answer for machines has no list \"Machines\"");
      for (Json& machine : machines) {
        if (machine.is_object()) {
          emit(to_record(std::move(machine)));
        } else {
          emit({std::move(machine), "a machine is no object"});
        }
      }
    }
  }
};

}  // namespace

Plugin kace() {
  return {
      .section = "kace",
      .mapping_name = "KACE",
      .settings =
          {
              setting("url", &Kace::url, {.help = "Address of the appliance.", .example = "https://KACE_SMA"}),
              setting("username", &Kace::username, {.help = "User that logs in.", .example = "***"}),
              setting("password", &Kace::password, {.help = "The user's password.", .example = "***"}),
              setting("organization_name", &Kace::organization_name,
                      {.help = "Organization of the appliance.", .default_value = "Default"}),
              setting("api_version", &Kace::api_version,
                      {.help = "Version of the API, sent as a header.", .default_value = "8"}),
          },
      .default_mapping = {{"APPLICATIONS", {{"source", "software"}}}},
      .default_converters = {{"Last_inventory", "timestamp"}, {"Last_sync", "timestamp"}},
      .in_sample = false,
      .make = make<Kace>,
  };
}

}  // namespace connector
