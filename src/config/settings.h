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
#include "text/host_list.h"

namespace connector {

/// Entries separated by commas.
void parse_setting(const std::string& text, HostList& value);

/// The settings that every section has, in generate-ini's order.
const std::vector<Setting>& common_settings();

/// [oomnitza].
struct CloudSettings : SectionSettings {
  Url url;
  Secret api_token;
  std::string username;
  Secret password;
  int batch_size = 100;        ///< records in a payload, 1 to 100
  std::string reports_folder;  ///< empty: exports in the state folder
  int max_report_size = 1024;  ///< MiB
  HostList allow_hosts;        ///< of integrations that have no list of their own
  int undelivered_mib = 256;   ///< room for the payloads of each section that Oomnitza did not take
  int history_days = 90;       ///< how long runs are remembered
};

const std::vector<Setting>& cloud_settings();

/// [managed.ID]. Whether a value was configured, or is the default, show the section's entries.
struct ManagedSettings : SectionSettings {
  Json saas_authorization;        ///< null when empty
  Secret oomnitza_authorization;  ///< a token, or JSON with a token_id
  Json local_inputs;              ///< null when empty
  Url api_url;
  Url token_url;
  int max_pages = 1000;  ///< of each list
  bool allow_insecure = false;
  HostList allow_hosts;  ///< where its calls may go; empty: those of [oomnitza]
};

/// The settings of managed sections, which have no plugin of their own.
const std::vector<Setting>& managed_settings();

/// A section's own settings, then the common ones that they do not replace.
std::vector<Setting> with_common_settings(const std::vector<Setting>& own);

/// Asks the secret stores for the keys of one section. Throws ConfigError.
/// Given are the section, its settings (vault_*, TLS), the keys wanted, and the log that hides what proves who asks;
/// the response holds each of the keys.
using FetchSecrets = std::function<std::map<std::string, std::string>(
    const Section&, const SectionSettings&, const std::vector<std::string>& keys, const Log&)>;

/// What settings need beside the section itself.
struct SettingsContext {
  const EnvironmentVariables& variables;  ///< for env_password
  FetchSecrets fetch_secrets;             ///< not called for sections without vault_keys
  Log log;                                ///< warnings about unknown settings; secrets are hidden here
};

/// The text (or other JSON value, for defaults) that counts for each setting of a section: what mappings of the kind
/// "setting" give.
using SettingValues = std::map<std::string, Json>;

/// Fills `target` from the section by its own table and the common one, and checks what all sections have in common:
/// files that must exist, ssl_protocol, insert_only with update_only. Of a setting's possible values a secret store's
/// counts first, then env_password's, the section's, the default. Every problem is added to `problems`, a line each,
/// with origin, section and key, never with a value. Returns the values that count: the strings as configured, the
/// defaults of the section's own settings.
SettingValues fill_settings(SectionSettings& target, const std::vector<Setting>& own, const Section& section,
                            const SettingsContext& context, Problems& problems);

/// The settings of [oomnitza], which must say how to log in. Problems go to `problems`.
CloudSettings make_cloud_settings(const Section& section, const SettingsContext& context, Problems& problems);

/// FIELD -> specification object, in the section's order.
using FieldSpecifications = std::vector<std::pair<std::string, Json>>;

/// The section's mapping.FIELD settings as specification objects: {"source": …} for plain strings and JSON strings.
/// Keys that no specification has are warned about. Problems go to `problems`.
FieldSpecifications mapping_settings(const Section& section, const Log& log, Problems& problems);

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

/// Makes the connector of a section. Nothing when there are problems about it (they are added). The connector's own
/// check() is asked once its settings are right by themselves.
std::optional<ConnectorSection> make_connector(const Section& section, const Plugin& plugin,
                                               const SettingsContext& context, Problems& problems);

/// "true", "yes" …: the boolean words of the configuration; nothing for other strings.
std::optional<bool> parse_boolean(std::string_view text);

/// Whether the section takes part. A wrong value is a problem and false.
bool is_enabled(const Section& section, Problems& problems);

}  // namespace connector
