#pragma once

#include <vector>

#include "config/section.h"
#include "config/settings.h"
#include "connector/json.h"

namespace connector {

/// Whether a setting says where secrets come from: read before all others, and set on this machine alone.
bool leads_to_secrets(std::string_view setting);

/// Lays the section of this machine over what the cloud says: the local entries that are not empty, then those settings
/// of the cloud's object that the section does not have. base: name and origin of the result; the cloud's entries carry
/// that origin. Those that are for this machine to decide (SettingText::local) it does not set; it turns the check of
/// certificates off only where the section allows it (allow_insecure), and a warning tells of both. local: nullptr when
/// there is no such section. own: the settings beside the common ones.
Section overlay(Section base, const Section* local, const Json& cloud, const std::vector<Setting>& own, const Log& log);

}  // namespace connector
