#include "config/overlay.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "text/text.h"
#include "text/values.h"

namespace connector {

namespace {

/// The cloud can neither say where secrets come from nor lift this machine's limits.
bool is_of_this_machine(std::string_view setting) {
  return leads_to_secrets(setting) || setting == "max_pages";
}

}  // namespace

bool leads_to_secrets(std::string_view setting) {
  return setting.starts_with("vault_") || setting == "env_password";
}

Section overlay(Section base, const Section* local, const Json& cloud, const std::vector<Setting>& own) {
  Section section = std::move(base);
  if (local != nullptr) {
    std::copy_if(local->entries.begin(), local->entries.end(), std::back_inserter(section.entries),
                 [](const Entry& entry) { return !trimmed(entry.value).empty(); });
  }
  for (const Setting& setting : with_common_settings(own)) {
    if (section.find(setting.name) != nullptr || is_of_this_machine(setting.name)) continue;
    const Json& value = member(cloud, setting.name);
    if (value.is_null() || value == "") continue;
    section.entries.push_back({setting.name, text_of(value), section.origin});
  }
  return section;
}

}  // namespace connector
