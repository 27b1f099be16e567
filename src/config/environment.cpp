#include "config/environment.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "config/configuration_file.h"
#include "config/settings.h"
#include "connector/error.h"
#include "platform/environment.h"
#include "platform/files.h"
#include "platform/path.h"
#include "text/nearest.h"
#include "text/text.h"
#include "text/utf8.h"

namespace connector {
namespace {

std::string_view without_export(std::string_view line) {
  constexpr std::string_view export_word = "export";
  if (!line.starts_with(export_word) || line.size() == export_word.size() || !is_space(line[export_word.size()]))
    return line;
  return trimmed(line.substr(export_word.size()));
}

std::string_view without_quotes(std::string_view value) {
  const bool quoted =
      value.size() >= 2 && value.front() == value.back() && (value.front() == '"' || value.front() == '\'');
  return quoted ? value.substr(1, value.size() - 2) : value;
}

std::string set_text(const EnvironmentVariables& variables, const std::string& name) {
  const auto variable = variables.find(name);
  return variable == variables.end() ? "" : variable->second;
}

/// variable_value(), with the file that cannot be read as std::system_error.
std::optional<VariableValue> read_variable(const EnvironmentVariables& variables, const std::string& name) {
  if (std::string value = set_text(variables, name); !value.empty()) {
    return VariableValue{.value = std::move(value), .origin = name};
  }
  const std::string file = set_text(variables, name + file_suffix);
  if (file.empty()) return std::nullopt;
  std::string value = read_file_without_line_end(file);
  if (value.empty()) return std::nullopt;
  return VariableValue{.value = std::move(value), .origin = name + file_suffix};
}

// The first of these variables that is set and not empty becomes the key's entry.
void add_entry(Section& section, const std::string& key, const EnvironmentVariables& variables,
               const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    try {
      std::optional<VariableValue> found = read_variable(variables, name);
      if (!found) continue;
      section.entries.push_back({.key = key, .value = std::move(found->value), .origin = std::move(found->origin)});
    } catch (const std::system_error& error) {  // of interest once the section is to run
      section.entries.push_back({.key = key, .value = "", .origin = name + file_suffix, .problem = error.what()});
    }
    return;
  }
}

Section section_from(const EnvironmentVariables& variables, const std::string& name, const std::string& prefix,
                     const std::vector<Setting>& own) {
  Section section = {.name = name, .origin = "variables " + prefix + "_*"};
  add_entry(section, "enable", variables, {variable_name(prefix, "enable")});
  for (const Setting& setting : with_common_settings(own)) {
    std::vector<std::string> names = {variable_name(prefix, setting.name)};
    names.insert(names.end(), setting.text.environment_names.begin(), setting.text.environment_names.end());
    add_entry(section, setting.name, variables, names);
  }
  return section;
}

/// What begins all names of a group's variables, and the names that mean something.
struct VariableGroup {
  std::string prefix;
  std::vector<std::string> names;
  bool is_used;  ///< one of them is set
};

VariableGroup group_of(const EnvironmentVariables& variables, const std::string& prefix,
                       const std::vector<Setting>& own) {
  VariableGroup group{.prefix = prefix + "_", .names = {variable_name(prefix, "enable")}, .is_used = false};
  for (const Setting& setting : with_common_settings(own)) {
    group.names.push_back(variable_name(prefix, setting.name));
    const std::vector<std::string>& older = setting.text.environment_names;
    group.names.insert(group.names.end(), older.begin(), older.end());
  }
  const std::vector<std::string> names = group.names;
  for (const std::string& name : names) group.names.push_back(name + file_suffix);
  group.is_used = std::any_of(group.names.begin(), group.names.end(),
                              [&](const std::string& name) { return variables.contains(name); });
  return group;
}

std::vector<VariableGroup> variable_groups(const EnvironmentVariables& variables, std::span<const Plugin> plugins,
                                           const std::vector<Setting>& cloud) {
  std::vector<VariableGroup> groups = {group_of(variables, "OOMNITZA", cloud),
                                       group_of(variables, "MANAGED", managed_settings())};
  groups[0].names.emplace_back("OOMNITZA_CONNECTOR_SOURCE");
  groups[1].names.emplace_back("MANAGED_ID");
  groups[1].names.push_back(std::string("MANAGED_ID") + file_suffix);
  for (const Plugin& plugin : plugins)
    groups.push_back(group_of(variables, environment_prefix(plugin), plugin.settings));
  return groups;
}

}  // namespace

EnvironmentVariables process_environment() {
  return environment_variables();
}

bool is_set(const EnvironmentVariables& variables, const std::string& name) {
  return !set_text(variables, name).empty() || !set_text(variables, name + file_suffix).empty();
}

std::optional<VariableValue> variable_value(const EnvironmentVariables& variables, const std::string& name) {
  try {
    return read_variable(variables, name);
  } catch (const std::system_error& error) {
    throw ConfigError("variable " + name + file_suffix + ": " + error.what());
  }
}

EnvironmentVariables read_env_file(const std::filesystem::path& file) {
  const std::string text = configuration_text(file);
  check_utf8(text, shown_path(file));
  std::string_view rest = without_byte_order_mark(text);
  EnvironmentVariables variables;
  Problems problems;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = without_export(without_blanks(rest.substr(0, end)));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t equals = line.find('=');
    const std::string name(without_blanks(line.substr(0, equals)));
    if (equals == std::string_view::npos || name.empty()) {
      problems.push_back(shown_path(file) + ":" + std::to_string(number) + ": the line is not NAME=value");
      continue;
    }
    variables[name] = without_quotes(without_blanks(line.substr(equals + 1)));
  }
  if (!problems.empty()) throw ConfigError(problems);
  return variables;
}

std::string environment_prefix(const Plugin& plugin) {
  return plugin.environment_prefix.empty() ? upper_case(plugin.section) : plugin.environment_prefix;
}

std::string variable_name(const std::string& prefix, const std::string& setting) {
  return prefix + "_" + (setting == "enable" ? "ENABLED" : upper_case(setting));
}

std::vector<Section> sections_from_environment(const EnvironmentVariables& variables, std::span<const Plugin> plugins,
                                               const std::vector<Setting>& cloud) {
  std::vector<Section> sections = {section_from(variables, "oomnitza", "OOMNITZA", cloud)};
  for (const Plugin& plugin : plugins) {
    Section section = section_from(variables, plugin.section, environment_prefix(plugin), plugin.settings);
    if (!section.entries.empty()) sections.push_back(std::move(section));
  }
  if (const auto id = variable_value(variables, "MANAGED_ID")) {
    sections.push_back(section_from(variables, "managed." + id->value, "MANAGED", managed_settings()));
  }
  return sections;
}

std::vector<std::string> unknown_variables(const EnvironmentVariables& variables, std::span<const Plugin> plugins,
                                           const std::vector<Setting>& cloud) {
  constexpr std::size_t max_changes = 2;  // the environment holds much that is none of ours
  const std::vector<VariableGroup> groups = variable_groups(variables, plugins, cloud);
  std::vector<std::string> known;
  for (const VariableGroup& group : groups) known.insert(known.end(), group.names.begin(), group.names.end());
  std::sort(known.begin(), known.end());
  std::vector<std::string> warnings;
  for (const auto& [name, value] : variables) {
    const auto is_named = [&name = name](const auto& variable) {
      return variable.first.ends_with("_ENV_PASSWORD") &&
             (variable.second == name || variable.second + file_suffix == name);
    };
    if (std::binary_search(known.begin(), known.end(), name) || name.find('_') == std::string::npos ||
        std::any_of(variables.begin(), variables.end(), is_named)) {
      continue;
    }
    const bool has_prefix = std::any_of(groups.begin(), groups.end(), [&name = name](const VariableGroup& group) {
      return group.is_used && name.starts_with(group.prefix);
    });
    if (!has_prefix && !nearest(name, known, max_changes)) continue;
    warnings.push_back("variable " + name + " is not a setting, it is ignored" + did_you_mean(name, known));
  }
  return warnings;
}

}  // namespace connector
