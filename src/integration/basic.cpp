#include "integration/basic.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "connector/error.h"

namespace connector::integration {
namespace {

constexpr std::array<std::string_view, 6> basic_connectors = {
    "vcenter",     "mobileiron", "dnac_network_devices", "dell_asset_order_status", "meraki_network_devices",
    "fortimanager"};

bool has(const std::vector<Setting>& settings, std::string_view name) {
  return std::any_of(settings.begin(), settings.end(), [&](const Setting& setting) { return setting.name == name; });
}

const Plugin& plugin_named(const std::string& name, std::span<const Plugin> plugins) {
  const bool may_be = std::find(basic_connectors.begin(), basic_connectors.end(), name) != basic_connectors.end();
  const auto found =
      std::find_if(plugins.begin(), plugins.end(), [&](const Plugin& plugin) { return plugin.section == name; });
  if (!may_be || found == plugins.end()) throw ConfigError("there is no basic connector \"" + name + "\"");
  return *found;
}

}  // namespace

ConnectorSection make_basic_connector(const Integration& integration, const Json& inputs, const Json& headers,
                                      std::span<const Plugin> plugins, const SettingsContext& context) {
  const Plugin& plugin = plugin_named(integration.basic_connector, plugins);
  Section section{.name = integration.section.name, .origin = integration.section.origin, .entries = {}};
  for (const auto& [name, value] : inputs.items()) {
    if (!has(plugin.settings, name) || value.is_null()) continue;
    section.entries.push_back({name, value.is_string() ? value.get<std::string>() : to_text(value), section.origin});
  }
  const std::string authorization = "authorization_settings";
  if (has(plugin.settings, authorization)) {
    std::erase_if(section.entries, [&](const Entry& entry) { return entry.key == authorization; });
    section.entries.push_back({authorization, to_text(headers), section.origin});
  }
  for (const Entry& entry : integration.section.entries) {
    const bool comes_from_stores = entry.key.starts_with("vault_") || entry.key == "env_password";
    if (has(common_settings(), entry.key) && !comes_from_stores && !section.find(entry.key)) {
      section.entries.push_back(entry);
    }
  }
  std::vector<std::string> complaints;
  std::optional<ConnectorSection> made = make_connector(section, plugin, context, complaints);
  if (!made) throw ConfigError(complaints);
  return *std::move(made);
}

}  // namespace connector::integration
