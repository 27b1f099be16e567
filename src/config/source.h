#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "config/environment.h"
#include "config/section.h"

namespace connector {

/// Where settings may come from.
struct ConfigurationChoice {
  std::filesystem::path ini = "config.ini";
  std::filesystem::path env_file = ".env";
  bool ini_is_named = false;       ///< --ini, or the word ini_only: nothing else counts
  bool env_file_is_named = false;  ///< --env-file
};

struct Configuration {
  std::string origin;  ///< for messages: the file, whole, or "the environment"
  std::vector<Section> sections;
  EnvironmentVariables
      variables;  ///< the process's environment over the env file's (empty map part when the ini file counts alone)

  std::vector<std::string> warnings = {};  ///< what looks wrong and stops nothing

  const Section* find(std::string_view name) const;
};

/// Decides which source counts (configuration rules, section 1) and reads it. Throws ConfigError.
Configuration read_configuration(const ConfigurationChoice& choice, std::span<const Plugin> plugins);

}  // namespace connector
