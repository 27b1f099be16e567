#include "integration/basic.h"

#include <algorithm>
#include <string_view>

#include "config/overlay.h"
#include "connector/error.h"

namespace connector::integration {
namespace {

bool has(const std::vector<Setting>& settings, std::string_view name) {
  return std::any_of(settings.begin(), settings.end(), [&](const Setting& setting) { return setting.name == name; });
}

const Plugin& plugin_named(const std::string& name, const Plugins& plugins) {
  const Plugin* plugin = plugins.find(name);
  if (plugin == nullptr || !plugin->basic_connector) throw ConfigError("unknown basic connector \"" + name + "\"");
  return *plugin;
}

}  // namespace

ConnectorSection make_basic_connector(const Definition& definition, const Json& inputs, const Json& headers,
                                      const Plugins& plugins, const SettingsContext& context) {
  const Plugin& plugin = plugin_named(definition.basic_connector, plugins);
  Section section{.name = definition.section.name, .origin = definition.section.origin, .entries = {}};
  for (const auto& [name, value] : inputs.items()) {
    if (!has(plugin.settings, name) || value.is_null()) continue;
    section.entries.push_back({name, value.is_string() ? value.get<std::string>() : to_text(value), section.origin});
  }
  const std::string authorization = "authorization_settings";
  if (has(plugin.settings, authorization)) {
    std::erase_if(section.entries, [&](const Entry& entry) { return entry.key == authorization; });
    section.entries.push_back({authorization, to_text(headers), section.origin});
  }
  for (const Entry& entry : definition.section.entries) {
    if (has(common_settings(), entry.key) && !leads_to_secrets(entry.key) && section.find(entry.key) == nullptr) {
      section.entries.push_back(entry);
    }
  }
  Problems problems;
  std::optional<ConnectorSection> made = make_connector(section, plugin, context, problems);
  if (!made) throw ConfigError(problems);
  return *std::move(made);
}

}  // namespace connector::integration
