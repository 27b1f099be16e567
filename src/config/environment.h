#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/section.h"
#include "connector/connector.h"

namespace connector {

using EnvironmentVariables = std::map<std::string, std::string>;

/// The process's environment.
EnvironmentVariables process_environment();

/// What stands behind a variable's name where another variable names a file with its value.
inline constexpr const char* file_suffix = "_FILE";

/// Whether NAME or NAME_FILE is set and not empty.
bool is_set(const EnvironmentVariables& variables, const std::string& name);

/// The value of a variable, and the name of the one that gave it.
struct VariableValue {
  std::string value;
  std::string origin;  ///< NAME or NAME_FILE
};

/// NAME, or else what stands in the file that NAME_FILE names, without the line end at its end (as Docker's images read
/// their secrets). Nothing when neither is set; an empty one counts as not set. Throws ConfigError when the file cannot
/// be read.
std::optional<VariableValue> variable_value(const EnvironmentVariables& variables, const std::string& name);

/// The lines of an env file. Throws ConfigError with file and line when it is missing, unreadable or has a line without
/// '='.
EnvironmentVariables read_env_file(const std::filesystem::path& file);

/// What the variables of a plugin's section begin with: NETBOX.
std::string environment_prefix(const Plugin& plugin);

/// The variable of a setting: NETBOX_AUTH_TOKEN; of "enable": NETBOX_ENABLED.
std::string variable_name(const std::string& prefix, const std::string& setting);

/// Sections from variables by one rule (PREFIX_SETTING, PREFIX_ENABLED; _FILE behind each): [oomnitza] first, then
/// every plugin that a variable speaks of, then managed.<MANAGED_ID>. Empty variables count as not set, unknown ones
/// are ignored. cloud: the settings of [oomnitza].
std::vector<Section> sections_from_environment(const EnvironmentVariables& variables, std::span<const Plugin> plugins,
                                               const std::vector<Setting>& cloud);

/// Warnings about variables that look like settings and are none: they begin like those of a section that variables
/// configure, or are nearly one.
std::vector<std::string> unknown_variables(const EnvironmentVariables& variables, std::span<const Plugin> plugins,
                                           const std::vector<Setting>& cloud);

}  // namespace connector
