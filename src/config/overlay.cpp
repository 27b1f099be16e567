#include "config/overlay.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

#include "text/text.h"
#include "text/values.h"

namespace connector {

namespace {

/// Nothing for what is none: that is told where the setting is read.
std::optional<bool> boolean_of(const std::string& text) {
  try {
    bool value = false;
    parse_setting(text, value);
    return value;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

/// Whether the cloud may say so: that certificates are not checked is not its alone to say.
bool may_set_verify_ssl(const std::string& value, const Section& section, const Log& log) {
  if (boolean_of(value) != false) return true;
  const Entry* allowed = section.find("allow_insecure");
  if (allowed != nullptr && boolean_of(allowed->value) == true) {
    log.warning(
        "section [{}]: Oomnitza sets verify_ssl = False, and allow_insecure = True permits it: certificates are not "
        "checked",
        section.name);
    return true;
  }
  log.warning(
      "section [{}]: Oomnitza sets verify_ssl = False; ignored, certificates are checked: set cacert_file, or "
      "allow_insecure = True, in that section",
      section.name);
  return false;
}

}  // namespace

bool leads_to_secrets(std::string_view setting) {
  const std::vector<Setting>& settings = common_settings();
  return std::any_of(settings.begin(), settings.end(), [&](const Setting& common) {
    return common.name == setting && common.text.for_stores == SettingText::ForStores::leads;
  });
}

Section overlay(Section base, const Section* local, const Json& cloud, const std::vector<Setting>& own,
                const Log& log) {
  Section section = std::move(base);
  if (local != nullptr) {
    std::copy_if(local->entries.begin(), local->entries.end(), std::back_inserter(section.entries),
                 [](const Entry& entry) { return !trimmed(entry.value).empty(); });
  }
  for (const Setting& setting : with_common_settings(own)) {
    if (section.find(setting.name) != nullptr || setting.text.local) continue;
    const Json& value = member(cloud, setting.name);
    if (value.is_null() || value == "") continue;
    if (setting.name == "verify_ssl" && !may_set_verify_ssl(text_of(value), section, log)) continue;
    section.entries.push_back({setting.name, text_of(value), section.origin});
  }
  return section;
}

}  // namespace connector
