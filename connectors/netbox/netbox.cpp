// Devices of a NetBox server, one page after another.
#include "connector/pages.h"

namespace connector {
namespace {

constexpr int max_page_size = 1000;  // NetBox's MAX_PAGE_SIZE, unless its administrator has changed it

/// What NetBox calls otherwise since 3.0 and 3.6: a mapping from either name works with every version.
constexpr std::pair<const char*, const char*> renamed[] = {{"display_name", "display"}, {"device_role", "role"}};

/// Devices of a NetBox server.
class Netbox final : public Connector {
 public:
  Url url;
  Secret auth_token;
  int page_size = max_page_size;

  void check(const AddProblem& add_problem) override {
    if (page_size < 1 || page_size > max_page_size) add_problem("page_size", "must be a number from 1 to 1000");
  }

  void read(const Emit& emit) override {
    const bool is_v2_token = auth_token.value.starts_with("nbt_");
    http.headers.set("Accept", "application/json");
    http.headers.set("Authorization", (is_v2_token ? "Bearer " : "Token ") + auth_token.value);

    PageGuard guard("NetBox");
    std::string address = url.value + "/api/dcim/devices/";
    Query query = first_query();  // the links to further pages carry theirs
    for (std::size_t devices = 0;;) {
      guard.check(address);
      const Response response = http.get(address, query);
      guard.check(response.body);  // a link may name a page that was read in another way
      Json page = response.json();
      Json& rows = list_of(page, "results", response);
      expect_count(emit, at(page, "count"));
      devices += rows.size();
      for (Json& device : rows) add_other_names(device);
      emit_rows(emit, rows, "a device");
      if (at(page, "next").is_null()) return compare(devices, at(page, "count"));
      address = next_url(url, response.url, next_link(page, response));
      query.clear();
    }
  }

 private:
  Query first_query() const {
    Query query = {{"limit", std::to_string(page_size)}, {"ordering", "id"}};
    if (!wants("config_context")) query.emplace_back("exclude", "config_context");  // NetBox renders it for each device
    return query;
  }

  void add_other_names(Json& device) const {
    if (!device.is_object()) return;
    const auto add = [&](const char* name, const char* other) {
      if (wants(name) && !device.contains(name) && device.contains(other)) device[name] = Json(device[other]);
    };
    for (const auto& [before, today] : renamed) {
      add(before, today);
      add(today, before);
    }
  }

  static std::string next_link(const Json& page, const Response& response) {
    const Json& link = at(page, "next");
    if (!link.is_string()) throw SourceError(response.url + ": the response's \"next\" is not a string");
    return link.get<std::string>();
  }

  void compare(std::size_t devices, const Json& count) const {
    if (count.is_number() && count > devices) {
      log.warning("NetBox counts {} devices, but its pages hold {}", to_text(count), devices);
    }
  }
};

}  // namespace

Plugin netbox() {
  return {
      .section = "netbox",
      .mapping_name = "Netbox",
      .settings =
          {
              setting("url", &Netbox::url, {.help = "The address of the NetBox server.", .example = "https://NETBOX"}),
              setting(
                  "auth_token", &Netbox::auth_token,
                  {.help = "The API token of a user who may read devices, v1 or v2 (nbt_…).", .example = "*******"}),
              setting("page_size", &Netbox::page_size,
                      {.help = "Devices for each request, at most 1000.", .default_value = "1000", .in_sample = false}),
          },
      .make = make<Netbox>,
  };
}

}  // namespace connector
