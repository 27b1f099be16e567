// Devices of a NetBox server, one page after another.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "connector/connector.h"

namespace connector {

namespace {

class Netbox final : public Connector {
 public:
  Url url;
  Secret auth_token;

  void read(const Emit& emit) override {
    http.headers.set("Accept", "application/json");
    http.headers.set("Authorization", "Token " + auth_token.value);

    const std::optional<UrlParts> first = parse_url(url.value + "/api/dcim/devices/");
    if (!first) throw SourceError(fmt::format("{} is no address of a Netbox server", url.value));
    std::unordered_set<std::string> asked;
    for (std::optional<std::string> target = first->target(); target;) {
      if (!asked.insert(*target).second) throw SourceError("Netbox names a page as the next that was read before");
      Json page = http.get(first->origin() + *target).json();
      for (Json& device : devices(page)) emit(std::move(device));
      target = next_target(page);
    }
  }

 private:
  static Json& devices(Json& page) {
    if (!page.is_object() || !page.contains("results") || !page["results"].is_array())
      throw SourceError("An answer of Netbox has no list \"results\": is the url that of a Netbox server?");
    return page["results"];
  }

  /// Path and query of the page after this one; nothing when this is the last. Behind a proxy the link often names an
  /// inner host: that host does not count, and so the token goes nowhere but to the configured server.
  static std::optional<std::string> next_target(const Json& page) {
    const Json link = page.value("next", Json());
    if (link.is_null()) return std::nullopt;
    const std::string text = link.is_string() ? link.get<std::string>() : "";
    if (text.starts_with('/')) return text;
    const std::optional<UrlParts> parts = parse_url(text);
    if (!parts) throw SourceError("Netbox's \"next\" is no address");
    return parts->target();
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
              setting("auth_token", &Netbox::auth_token,
                      {.help = "The API token of a user who may read devices.", .example = "*******"}),
          },
      .make = make<Netbox>,
  };
}

}  // namespace connector
