#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/environment.h"
#include "config/section.h"
#include "connector/connector.h"

namespace connector {

/// The settings that every section has, in generate-ini's order.
const std::vector<Setting>& common_settings();

/// [oomnitza].
struct CloudSettings : SectionSettings {
  Url url;
  Secret api_token;
  std::string username;
  Secret password;
  int batch_size = 100;  ///< records in a payload, 1 to 100
};

const std::vector<Setting>& cloud_settings();

/// A setting that only managed sections have. (Managed sections have no plugin of their own.)
const std::vector<Setting>& managed_settings();

/// Asks the secret stores for the keys of one section. Throws ConfigError.
/// names: section, backend, alias, and the keys wanted; the answer holds each of them.
using FetchSecrets = std::function<std::map<std::string, std::string>(const Section&, const SectionSettings&,
                                                                      const std::vector<std::string>& keys)>;

/// What settings need beside the section itself.
struct SettingsContext {
  const Variables& variables;  ///< for env_password
  FetchSecrets fetch_secrets;  ///< not called for sections without vault_keys
  Log log;                     ///< warnings about unknown settings; secrets are hidden here
};

/// The text (or other JSON value, for defaults) that counts for each setting of a section: what mappings of the kind
/// "setting" give.
using SettingValues = std::map<std::string, Json>;

/// Fills `target` from the section by the plugin's table and the common one. Every problem is added to `complaints`,
/// with origin, section and key, never a secret value. Returns the values that count.
SettingValues fill_settings(SectionSettings& target, const std::vector<Setting>& own, const Section& section,
                            const SettingsContext& context, std::vector<std::string>& complaints);

/// FIELD -> specification object, in the section's order.
using FieldSpecifications = std::vector<std::pair<std::string, Json>>;

/// The section's mapping.FIELD settings as specification objects: {"source": …} for plain texts and JSON strings. Keys
/// that no specification has are warned about. Problems go to `complaints`.
FieldSpecifications mapping_settings(const Section& section, const Log& log, std::vector<std::string>& complaints);

/// A section that is ready to run.
struct ConnectorSection {
  std::string name;
  std::string origin;
  const Plugin* plugin = nullptr;
  std::unique_ptr<Connector> connector;  ///< its settings are filled and checked; tools (http, log …) are not set
  SettingValues values;
  FieldSpecifications mapping;
  std::string recordfilter;  ///< Python code, empty for none
  std::string recordfilter_origin;
};

/// Makes the connector of a section. Nothing when there are complaints about it (they are added).
std::optional<ConnectorSection> make_connector(const Section& section, const Plugin& plugin,
                                               const SettingsContext& context, std::vector<std::string>& complaints);

/// "true", "yes" …: the boolean words of the configuration; nothing for other texts.
std::optional<bool> parse_boolean(std::string_view text);

/// Whether the section takes part. A wrong value is a complaint and false.
bool is_enabled(const Section& section, std::vector<std::string>& complaints);

}  // namespace connector
