#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "config/section.h"
#include "connector/connector.h"

namespace connector {

using Variables = std::map<std::string, std::string>;

/// The process's environment.
Variables process_environment();

/// The lines of an env file. Throws ConfigError with file and line when it is missing, unreadable or has a line without
/// '='.
Variables read_env_file(const std::filesystem::path& file);

/// Sections from variables by one rule (PREFIX_SETTING, PREFIX_ENABLED): [oomnitza] first, then every plugin that a
/// variable speaks of, then managed.<MANAGED_ID>. Empty variables count as not set, unknown ones are ignored.
/// cloud: the settings of [oomnitza].
std::vector<Section> sections_from_environment(const Variables& variables, std::span<const Plugin> plugins,
                                               const std::vector<Setting>& cloud);

}  // namespace connector
