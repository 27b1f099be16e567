// Network devices of a Cisco Catalyst Center (DNA Center), page by page.
#include "connector/pages.h"

namespace connector::dnac_network_devices {
namespace {

constexpr std::chrono::seconds token_lifetime{1800};
constexpr int max_page_size = 500;
constexpr int sure_page_size = 50;  // every version takes it, and counts offsets in steps of it

/// What tells a page from all others: the ids of its devices.
std::string ids_of(const Json& devices) {
  Json ids = Json::array();
  for (const Json& device : devices) {
    const Json& id = at(device, "id");
    ids.push_back(id.is_null() ? device : id);
  }
  return to_text(ids);
}

class CatalystCenter final : public Connector {
 public:
  Url base_url;
  std::string username;
  Secret password;
  int page_size = 0;
  Headers authorization_settings;

  void check(const AddProblem& add_problem) override {
    if (page_size < 0 || page_size > max_page_size) add_problem("page_size", "must be between 0 and 500");
    if (!credentials().empty()) return;
    if (username.empty()) add_problem("username", "is missing: set the name of the user that logs in");
    if (password.empty()) add_problem("password", "is missing: set the password of the user that logs in");
  }

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    http.headers.set("Content-Type", "application/json");
    http.keep_logged_in([this] { return log_in(); });
  }

  void read(const Emit& emit) override {
    PageGuard guard("Catalyst Center");
    int limit = first_limit();
    for (std::size_t offset = 1;;) {
      Json page = page_at(offset, limit);
      Json& devices = page["response"];
      if (devices.is_null() || devices.empty()) return;
      guard.check(ids_of(devices));
      // A server may cut a large page down to what it takes, so that what came counts.
      offset += limit > sure_page_size ? devices.size() : static_cast<std::size_t>(limit);
      emit_rows(emit, devices, "a device");
    }
  }

 private:
  Login log_in() {
    const Json answer =
        http.post(base_url.value + "/dna/system/api/v1/auth/token", Json::object(), {{"Authorization", credentials()}})
            .json();
    const Json& token = at(answer, "Token");
    if (!token.is_string() || token == "") {
      throw AuthenticationError(base_url.value + ": the response to the login has no Token");
    }
    return {.headers = {{"x-auth-token", token}}, .lifetime = token_lifetime};
  }

  std::string credentials() const {
    if (!username.empty() && !password.empty()) return "Basic " + base64(username + ":" + password.value);
    return authorization_settings.find("Authorization").value_or("");
  }

  int first_limit() const {
    if (page_size > 0) return page_size;
    const bool is_managed = !authorization_settings.empty();
    return is_managed ? sure_page_size : max_page_size;
  }

  /// limit becomes the sure one when the server refuses a larger one.
  Json page_at(std::size_t offset, int& limit) {
    Request request{.url = base_url.value + "/dna/intent/api/v1/network-device",
                    .query = {{"limit", std::to_string(limit)}, {"offset", std::to_string(offset)}}};
    if (limit > sure_page_size) request.allow = {400};
    const Response response = http.send(request);
    if (response.status == 400) {
      log.info("Catalyst Center refuses {} devices per page; asking for {}", limit, sure_page_size);
      limit = sure_page_size;
      return page_at(offset, limit);
    }
    Json page = response.json();
    const bool is_page = page.is_object() && page.contains("response");
    if (!is_page || !(page["response"].is_null() || page["response"].is_array())) {
      throw SourceError(
          fmt::format("GET {}: the response has no list \"response\": {}", response.url, excerpt(response.body, log)));
    }
    return page;
  }
};

}  // namespace

Plugin plugin() {
  return {
      .section = "dnac_network_devices",
      .mapping_name = "dnac_network_devices",
      .settings =
          {
              setting("username", &CatalystCenter::username, {.help = "User that logs in.", .default_value = ""}),
              setting("password", &CatalystCenter::password,
                      {.help = "The user's password.", .default_value = "", .example = "******"}),
              setting("base_url", &CatalystCenter::base_url,
                      {.help = "Address of the Catalyst Center (DNA Center).", .example = ""}),
              setting("page_size", &CatalystCenter::page_size,
                      {.help = "Devices per request, 500 at most; 0: 500, in managed mode 50.",
                       .default_value = "0",
                       .in_sample = false}),
              setting("authorization_settings", &CatalystCenter::authorization_settings,
                      {.help = "Headers that managed mode gives in place of user and password, as JSON.",
                       .default_value = "",
                       .in_sample = false,
                       .secret = true}),
          },
      .basic_connector = true,
      .make = make<CatalystCenter>,
  };
}

}  // namespace connector::dnac_network_devices
