#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/environment.h"
#include "config/section.h"

namespace connector {

/// What the command line says about where settings come from.
struct ConfigurationChoice {
  std::optional<std::filesystem::path> ini;       ///< --ini
  std::optional<std::filesystem::path> env_file;  ///< --env-file
  bool ini_only = false;                          ///< the word stands among the sections
  std::filesystem::path program_folder;           ///< where the executable lies
};

struct Configuration {
  std::string origin;  ///< for messages: the file, whole, or "the environment"
  std::vector<Section> sections;
  EnvironmentVariables
      variables;  ///< the process's environment over the env file's (empty map part when the ini file counts alone)

  const Section* find(std::string_view name) const;
};

/// Decides which source counts (configuration rules, section 1) and reads it. Throws ConfigError.
Configuration read_configuration(const ConfigurationChoice& choice, std::span<const Plugin> plugins);

/// Where generate-ini writes: --ini, else the default path.
std::filesystem::path default_ini_path(const ConfigurationChoice& choice);

}  // namespace connector
