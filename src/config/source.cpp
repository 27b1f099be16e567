#include "config/source.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "config/ini.h"
#include "config/settings.h"
#include "connector/error.h"
#include "platform/files.h"
#include "platform/path.h"

namespace connector {
namespace {

std::vector<std::filesystem::path> secret_files(const Configuration& configuration) {
  std::vector<std::filesystem::path> files;
  for (const Section& section : configuration.sections) {
    for (const Entry& entry : section.entries) {
      const auto variable = configuration.variables.find(entry.origin);
      if (entry.origin.ends_with(file_suffix) && variable != configuration.variables.end())
        files.emplace_back(variable->second);
    }
  }
  return files;
}

bool has_secret(const Section& section, const std::vector<Setting>& own) {
  const std::vector<Setting> settings = with_common_settings(own);
  return std::any_of(settings.begin(), settings.end(), [&](const Setting& setting) {
    const Entry* entry = setting.secret ? section.find(setting.name) : nullptr;
    return entry != nullptr && !entry->value.empty();
  });
}

bool holds_secrets(const std::vector<Section>& sections, const Plugins& plugins) {
  return std::any_of(sections.begin(), sections.end(), [&](const Section& section) {
    if (section.name == "oomnitza") return has_secret(section, cloud_settings());
    if (is_integration(section.name)) return has_secret(section, managed_settings());
    const Plugin* plugin = plugins.find(section.connector());
    return plugin != nullptr && has_secret(section, plugin->settings);
  });
}

void warn_of_readers(Configuration& configuration, const std::filesystem::path& file, const Plugins& plugins) {
  std::error_code unknown;
  const auto permissions = std::filesystem::status(file, unknown).permissions();
  if ((permissions & std::filesystem::perms::others_read) == std::filesystem::perms::none) return;
  if (!holds_secrets(configuration.sections, plugins)) return;
  configuration.warnings.push_back(
      shown_path(file) + " holds secrets and every user of this machine can read it: chmod 600 " + shown_path(file));
}

Configuration from_ini(const std::filesystem::path& file, const Plugins& plugins) {
  Configuration configuration = {
      .origin = shown_path(file), .sections = read_ini(file), .variables = process_environment()};
  warn_of_readers(configuration, file, plugins);
  return configuration;
}

Configuration from_environment(const std::optional<std::filesystem::path>& file, const Plugins& plugins) {
  Configuration configuration = {
      .origin = file ? shown_path(*file) : "the environment", .sections = {}, .variables = process_environment()};
  // A variable of the process is already there and wins, also when it is empty.
  if (file) configuration.variables.merge(read_env_file(*file));
  configuration.sections = sections_from_environment(configuration.variables, plugins.all(), cloud_settings());
  configuration.secret_files = secret_files(configuration);
  configuration.warnings = unknown_variables(configuration.variables, plugins.all(), cloud_settings());
  if (file) warn_of_readers(configuration, *file, plugins);
  return configuration;
}

/// Whether a change after that moment shows in the file's stamp: those in quick succession may have the same time.
bool is_settled(const std::optional<FileStamp>& file, std::chrono::system_clock::time_point moment) {
  constexpr std::chrono::seconds coarsest_clock{2};  // of a file system
  return !file || file->modified + coarsest_clock < moment;
}

}  // namespace

const Section* Configuration::find(std::string_view name) const {
  const auto found =
      std::find_if(sections.begin(), sections.end(), [&](const Section& section) { return section.name == name; });
  return found == sections.end() ? nullptr : &*found;
}

Configuration read_configuration(const ConfigurationChoice& choice, const Plugins& plugins) {
  if (choice.ini_is_named) return from_ini(choice.ini, plugins);
  if (choice.env_file_is_named) return from_environment(choice.env_file, plugins);
  if (is_set(process_environment(), "OOMNITZA_URL")) return from_environment(std::nullopt, plugins);
  if (is_there(choice.ini)) return from_ini(choice.ini, plugins);
  if (is_there(choice.env_file)) return from_environment(choice.env_file, plugins);
  throw ConfigError(
      "no configuration found: there is no config.ini here, beside the program, in $XDG_CONFIG_HOME/connector or in "
      "/etc/connector, no .env here, and OOMNITZA_URL is not set: name a file with --ini or --env-file, or let "
      "connector "
      "generate-ini write a config.ini");
}

CurrentConfiguration::CurrentConfiguration(ConfigurationChoice choice, const Plugins& plugins)
    : choice_(std::move(choice)), plugins_(plugins) {}

/// Of the files that the configuration was read from, as they are now. A change between reading and this is seen:
/// files that are newer than the beginning of reading are read again.
CurrentConfiguration::Stamps CurrentConfiguration::stamps() const {
  Stamps stamps{.ini = file_stamp(choice_.ini), .env_file = file_stamp(choice_.env_file), .secret_files = {}};
  if (!configuration_) return stamps;
  for (const std::filesystem::path& file : configuration_->secret_files)
    stamps.secret_files.push_back(file_stamp(file));
  return stamps;
}

std::shared_ptr<const Configuration> CurrentConfiguration::get() {
  const std::lock_guard lock(mutex_);
  if (configuration_ && was_settled_ && stamps() == stamps_) return configuration_;
  const auto begin = std::chrono::system_clock::now();
  configuration_ = nullptr;
  configuration_ = std::make_shared<const Configuration>(read_configuration(choice_, plugins_));
  stamps_ = stamps();
  const auto is_old = [&](const std::optional<FileStamp>& file) { return is_settled(file, begin); };
  was_settled_ = is_old(stamps_.ini) && is_old(stamps_.env_file) &&
                 std::all_of(stamps_.secret_files.begin(), stamps_.secret_files.end(), is_old);
  return configuration_;
}

}  // namespace connector
