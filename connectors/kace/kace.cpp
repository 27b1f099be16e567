// Machines of a KACE Systems Management Appliance with their software.
#include "connector/pages.h"

namespace connector::kace {
namespace {

constexpr int max_page_size = 1000;
constexpr int small_page_size = 25;  // for an appliance that needs too long for more
constexpr const char* token_header = "x-dell-csrf-token";

bool is_placeholder(const Json& value) {
  return value == "empty" || value == "0000-00-00 00:00:00";
}

Json software_of(const Json& machine) {
  Json software = Json::array();
  const Json& programs = at(machine, "Software");
  if (!programs.is_array()) return software;
  for (const Json& program : programs) {
    software.push_back(software_entry(at(program, "DISPLAY_NAME"), at(program, "DISPLAY_VERSION")));
  }
  return software;
}

void make_record(Json& machine) {
  if (!machine.is_object()) return;
  Json software = software_of(machine);
  machine.erase("Software");
  for (Json& value : machine) {
    if (is_placeholder(value)) value = "";
  }
  machine["software"] = std::move(software);
}

/// Machines of a KACE Systems Management Appliance with their software.
class Kace final : public Connector {
 public:
  Url url;
  std::string username;
  Secret password;
  std::string organization_name;
  std::string api_version;
  int page_size = 100;

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    http.headers.set("x-kace-api-version", api_version);
    http.headers.set("x-dell-api-version", api_version);  // the name before 12.1
    http.keep_logged_in([this] { return log_in(); });
  }

  void read(const Emit& emit) override {
    PageGuard guard("KACE");
    int size = page_size;
    for (int offset = 0;; offset += size) {
      Response response = machines(offset, size);
      if (!response.ok()) {
        size = small_page_size;
        log.warning("{}; going on with {} machines for each request", problem_of(response, log), size);
        response = machines(offset, size);
      }
      Json page = response.json();
      if (!page.is_object()) throw SourceError(response.url + ": the response is not an object");
      if (lacks_list(page, "Machines", response) || is_empty(at(page, "Machines"))) return;  // whatever Count says
      guard.check(response.body);
      Json& rows = list_of(page, "Machines", response);
      for (Json& machine : rows) make_record(machine);
      emit_rows(emit, rows, "a machine");
    }
  }

 private:
  /// Appliances before 12.1 want the token of the login's response in each request; later ones have none.
  Login log_in() const {
    const Response response =
        http.post(url.value + "/ams/shared/api/security/login",
                  {{"userName", username}, {"password", password.value}, {"organizationName", organization_name}});
    const std::string token = response.headers.find(token_header).value_or("");
    if (token.empty() && !response.headers.contains("Set-Cookie")) {
      throw AuthenticationError(fmt::format(
          "KACE's login response has neither a session cookie nor {}. Check that url is the appliance's web address",
          token_header));
    }
    http.use_cookies_as_credentials();
    return {.headers = token.empty() ? Headers() : Headers{{token_header, token}}};
  }

  /// A page of machines. One that the appliance fails at twice is handed back if there could be a smaller one.
  Response machines(int offset, int size) const {
    Request request{.url = url.value + "/api/inventory/machines",
                    .query = {{"shaping", "machine all,software standard"},
                              {"paging", fmt::format("limit {} offset {}", size, offset)}},
                    .allow = {401}};
    if (size > small_page_size) request.allow = {401, 500, 504};
    Response response = http.send(request);
    if (response.status == 500 || response.status == 504) response = http.send(request);
    if (response.status == 401) {
      throw AuthenticationError(problem_of(response, log) +
                                ", though the login succeeded. Check that the user's role may read the inventory, and "
                                "that two-factor authentication is off for this user");
    }
    return response;
  }
};

}  // namespace

Plugin plugin() {
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
              page_size_setting(&Kace::page_size, "Machines", max_page_size, 100),
          },
      .default_mapping = {{"APPLICATIONS", {{"source", "software"}}}},
      .default_converters = {{"Last_inventory", "timestamp"}, {"Last_sync", "timestamp"}},
      .make = make<Kace>,
  };
}

}  // namespace connector::kace
