// Devices of a NetBox server, one page after another.
#include "connector/pages.h"

namespace connector::netbox {
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

  void read(const Emit& emit) override {
    const bool is_v2_token = auth_token.value.starts_with("nbt_");
    http.headers.set("Accept", "application/json");
    http.headers.set("Authorization", (is_v2_token ? "Bearer " : "Token ") + auth_token.value);

    std::size_t devices = 0;
    PageGuard guard("NetBox");
    const auto ask = [&](const Request& request) { return page(request, guard); };
    each_page({.url = url.value + "/api/dcim/devices/", .query = first_query()}, ask, [&](Page& page) {
      Json& rows = list_of(page.body, "results", page.response);
      expect_count(emit, at(page.body, "count"));
      devices += rows.size();
      for (Json& device : rows) add_other_names(device);
      emit_rows(emit, rows, "a device");
      if (!page.next) compare(devices, at(page.body, "count"));
    });
  }

 private:
  Query first_query() const {
    Query query = {{"limit", std::to_string(page_size)}, {"ordering", "id"}};
    if (!wants("config_context")) query.emplace_back("exclude", "config_context");  // NetBox renders it for each device
    return query;
  }

  /// A link to the next page has the query in it.
  Page page(const Request& request, PageGuard& guard) const {
    guard.check(request.url);
    Page page{.response = http.send(request)};
    guard.check(page.response.body);  // a link may name a page that was read in another way
    page.body = page.response.json();
    if (const Json& link = at(page.body, "next"); !link.is_null()) {
      page.next = [this, from = page.response.url, link] {
        if (!link.is_string()) throw SourceError(from + ": the response's \"next\" is not a string");
        return Request{.url = next_url(url, from, link.get<std::string>())};
      };
    }
    return page;
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

  void compare(std::size_t devices, const Json& count) const {
    if (count.is_number() && count > devices) {
      log.warning("NetBox counts {} devices, but its pages hold {}", to_text(count), devices);
    }
  }
};

}  // namespace

Plugin plugin() {
  return {
      .section = "netbox",
      .mapping_name = "Netbox",
      .settings =
          {
              setting("url", &Netbox::url, {.help = "The address of the NetBox server.", .example = "https://NETBOX"}),
              setting(
                  "auth_token", &Netbox::auth_token,
                  {.help = "The API token of a user who may read devices, v1 or v2 (nbt_…).", .example = "*******"}),
              page_size_setting(&Netbox::page_size, "Devices", max_page_size),
          },
      .make = make<Netbox>,
  };
}

}  // namespace connector::netbox
