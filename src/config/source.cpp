#include "config/source.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "config/ini.h"
#include "config/settings.h"
#include "connector/error.h"
#include "platform/path.h"

namespace connector {
namespace {

bool is_there(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

bool is_set(const EnvironmentVariables& variables, const std::string& name) {
  const auto found = variables.find(name);
  return found != variables.end() && !found->second.empty();
}

Configuration from_ini(const std::filesystem::path& file) {
  return {.origin = shown_path(file), .sections = read_ini(file), .variables = process_environment()};
}

Configuration from_environment(const std::optional<std::filesystem::path>& file, std::span<const Plugin> plugins) {
  Configuration configuration = {
      .origin = file ? shown_path(*file) : "the environment", .sections = {}, .variables = process_environment()};
  // A variable of the process is already there and wins, also when it is empty.
  if (file) configuration.variables.merge(read_env_file(*file));
  configuration.sections = sections_from_environment(configuration.variables, plugins, cloud_settings());
  return configuration;
}

}  // namespace

const Section* Configuration::find(std::string_view name) const {
  const auto found =
      std::find_if(sections.begin(), sections.end(), [&](const Section& section) { return section.name == name; });
  return found == sections.end() ? nullptr : &*found;
}

Configuration read_configuration(const ConfigurationChoice& choice, std::span<const Plugin> plugins) {
  if (choice.ini_is_named) return from_ini(choice.ini);
  if (choice.env_file_is_named) return from_environment(choice.env_file, plugins);
  if (is_set(process_environment(), "OOMNITZA_URL")) return from_environment(std::nullopt, plugins);
  if (is_there(choice.ini)) return from_ini(choice.ini);
  if (is_there(choice.env_file)) return from_environment(choice.env_file, plugins);
  throw ConfigError(
      "no configuration found: neither config.ini nor .env exists here, and OOMNITZA_URL is not set; name a file with "
      "--ini or --env-file, or let generate-ini write a config.ini");
}

}  // namespace connector
