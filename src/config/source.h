#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/environment.h"
#include "config/section.h"
#include "connector/plugins.h"
#include "platform/files.h"

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

  std::vector<std::filesystem::path> secret_files = {};  ///< that variables name (NAME_FILE)
  std::vector<std::string> warnings = {};                ///< what looks wrong and stops nothing

  const Section* find(std::string_view name) const;
};

/// Decides which source counts (configuration rules, section 1) and reads it. Throws ConfigError.
Configuration read_configuration(const ConfigurationChoice& choice, const Plugins& plugins);

/// The configuration as it is now: read again when one of the files that may hold it has changed. Safe to use from
/// several threads.
class CurrentConfiguration {
 public:
  CurrentConfiguration(ConfigurationChoice choice, const Plugins& plugins);

  /// Throws ConfigError.
  std::shared_ptr<const Configuration> get();

 private:
  struct Stamps {
    std::optional<FileStamp> ini;
    std::optional<FileStamp> env_file;
    std::vector<std::optional<FileStamp>> secret_files;
    bool operator==(const Stamps&) const = default;
  };

  Stamps stamps() const;

  const ConfigurationChoice choice_;
  const Plugins& plugins_;
  std::mutex mutex_;
  std::shared_ptr<const Configuration> configuration_;
  Stamps stamps_;
  bool was_settled_ = false;  ///< whether the files had been left alone for a while when they were read
};

}  // namespace connector
