#include "config/settings.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "config/problem.h"
#include "connector/error.h"
#include "log/credentials.h"
#include "platform/files.h"
#include "platform/memory.h"
#include "platform/path.h"
#include "text/nearest.h"
#include "text/text.h"

namespace connector {
namespace {

bool is_known_everywhere(const std::string& key) {
  return key == "enable" || key == "recordfilter" || key.starts_with(mapping_prefix);
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const auto end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_space) - text.begin());
    const std::string word(text.substr(0, end));
    if (std::find(found.begin(), found.end(), word) == found.end()) found.push_back(word);
    text.remove_prefix(end);
  }
  return found;
}

std::string list(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

/// A value that has swallowed the settings below it.
std::string indentation_hint(const std::string& text) {
  return text.find('\n') == std::string::npos ? ""
                                              : ": the lines below it are indented deeper, so they continue its value";
}

// Fills one section's settings.
class Filling {
 public:
  Filling(SectionSettings& target, const std::vector<Setting>& own, const Section& section,
          const SettingsContext& context, Problems& problems)
      : target_(target),
        own_(own),
        table_(with_common_settings(own)),
        section_(section),
        context_(context),
        problems_(problems) {}
  ~Filling() {
    for (auto& [key, found] : found_) wipe(found.value);
  }
  Filling(const Filling&) = delete;
  Filling& operator=(const Filling&) = delete;

  SettingValues fill() {
    hide_configured_secrets();
    warn_about_unknown_settings();
    read_credentials();
    fill_all([](const Setting& setting) { return setting.text.for_stores == ForStores::leads; });
    const std::vector<std::string> stored = words(target_.vault_keys);
    const auto is_needed_for_stores = [&](const Setting& setting) {
      return setting.text.for_stores == ForStores::connects &&
             std::find(stored.begin(), stored.end(), setting.name) == stored.end();
    };
    fill_all(is_needed_for_stores);
    read_env_password();
    fetch_secrets(stored);
    fill_all([&](const Setting& setting) {
      return setting.text.for_stores != ForStores::leads && !is_needed_for_stores(setting);
    });
    check_tls();
    if (target_.insert_only && target_.update_only) {
      add_problem("insert_only", "insert_only and update_only cannot both be true: set one of them to False");
    }
    tell_origins();
    return std::move(values_);
  }

 private:
  using ForStores = SettingText::ForStores;

  template <class Wanted>
  void fill_all(Wanted wanted) {
    for (const Setting& setting : table_) {
      if (wanted(setting)) fill(setting);
    }
  }

  void add_problem(const std::string& setting, const std::string& problem) {
    problems_.push_back(problem_with(section_, setting, problem));
  }

  bool is_setting(const std::string& key) const {
    return std::any_of(table_.begin(), table_.end(), [&](const Setting& setting) { return setting.name == key; });
  }

  void warn_unknown(const std::string& origin, const std::string& key) const {
    std::vector<std::string> names = {"enable", "recordfilter"};
    for (const Setting& setting : table_) names.push_back(setting.name);
    context_.log.warning("{}: section [{}]: unknown setting {}; ignored{}", origin, section_.name, key,
                         did_you_mean(key, names));
  }

  // Also those that another value replaces.
  void hide_configured_secrets() const {
    for (const Setting& setting : table_) {
      const Entry* entry = section_.find(setting.name);
      if (!entry) continue;
      if (setting.secret) context_.log.hide(entry->value);
      hide_credentials(context_.log, entry->value);
    }
  }

  void warn_about_unknown_settings() {
    for (const Entry& entry : section_.entries) {
      if (is_setting(entry.key)) continue;
      if (!is_known_everywhere(entry.key)) {
        warn_unknown(entry.origin, entry.key);
      } else if (!entry.key.starts_with(mapping_prefix)) {
        values_[entry.key] = entry.value;
      }
    }
  }

  void read_env_password() {
    if (target_.env_password.empty()) return;
    try {
      const std::optional<VariableValue> variable = variable_value(context_.variables, target_.env_password);
      if (!variable && !context_.variables.contains(target_.env_password)) {
        add_problem("env_password", "the environment variable " + target_.env_password + " is not set");
        undetermined_.insert("password");
        return;
      }
      take("password", variable ? variable->value : "", variable ? variable->origin : target_.env_password);
    } catch (const ConfigError& error) {
      undetermined_.insert("password");
      problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
    }
  }

  /// What systemd hands over to a service (LoadCredential=): files SECTION.KEY in a folder of its own.
  void read_credentials() {
    const std::optional<VariableValue> folder = variable_value(context_.variables, "CREDENTIALS_DIRECTORY");
    if (!folder) return;
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(folder->value, ignored)) {
      const std::string name = utf8_path(file.path().filename());
      const std::string prefix = section_.name + ".";
      if (!name.starts_with(prefix)) continue;
      const std::string key = name.substr(prefix.size());
      if (key.find('.') != std::string::npos && !is_setting(key)) continue;  // of a section with a longer name
      if (!is_setting(key)) {
        warn_unknown("credential " + name, key);
        continue;
      }
      try {
        take(key, read_file_without_line_end(file.path()), "credential " + name);
      } catch (const std::system_error& error) {
        undetermined_.insert(key);
        add_problem(key, error.what());
      }
    }
  }

  /// A value that does not stand in the configuration itself, and wins over what does.
  void take(const std::string& key, std::string value, std::string origin) {
    context_.log.hide(value);
    found_[key] = {std::move(value), std::move(origin)};
  }

  /// Where secrets came from, never what they are.
  void tell_origins() const {
    std::string told;
    for (const Setting& setting : table_) {
      const auto found = found_.find(setting.name);
      const Entry* entry = section_.find(setting.name);
      if (found == found_.end() && !(setting.secret && entry != nullptr && !entry->value.empty())) continue;
      told += (told.empty() ? "" : ", ") + setting.name + " from " +
              (found != found_.end() ? found->second.origin : entry->origin);
    }
    if (told.empty()) return;
    context_.log.write(found_.empty() ? Level::debug : Level::info, "section [{}]: {}", section_.name, told);
  }

  void fetch_secrets(const std::vector<std::string>& keys) {
    if (keys.empty()) return;
    undetermined_.insert(keys.begin(), keys.end());
    if (target_.vault_backend.empty()) return;  // a wrong one, reported
    if (!context_.fetch_secrets) {
      add_problem("vault_keys", "secret stores are not supported: set the values in the section itself");
      return;
    }
    try {
      for (auto& [key, value] : context_.fetch_secrets(section_, target_, keys, context_.log)) {
        if (!is_setting(key)) warn_unknown(section_.origin, key);
        undetermined_.erase(key);
        take(
            key, std::move(value),
            target_.vault_backend + " \"" + (target_.vault_alias.empty() ? section_.name : target_.vault_alias) + "\"");
      }
    } catch (const ConfigError& error) {
      problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
    }
  }

  // The text that counts; nothing when the default does.
  std::optional<std::string> text_of(const Setting& setting) const {
    const auto found = found_.find(setting.name);
    if (found != found_.end()) return found->second.value;
    const Entry* entry = section_.find(setting.name);
    if (entry && !entry->value.empty()) return entry->value;
    return std::nullopt;
  }

  void fill(const Setting& setting) {
    if (undetermined_.contains(setting.name)) return;
    const Entry* entry = section_.find(setting.name);
    if (entry != nullptr && !entry->problem.empty() && !found_.contains(setting.name)) {
      add_problem(setting.name, entry->problem);
      return;
    }
    std::optional<std::string> text = text_of(setting);
    if (text && is_token(setting)) text = without_blanks_around(setting, *text);
    if (setting.required() && (!text || text->empty())) {
      add_problem(setting.name, missing(setting));
    } else if (text) {
      values_[setting.name] = *text;
      assign(setting, *text);
    } else {
      take_default(setting);
    }
  }

  /// A token is pasted, or read from a file with a line break at its end. A password may have blanks at its ends.
  static bool is_token(const Setting& setting) {
    return setting.secret && setting.name.find("password") == std::string::npos &&
           setting.name.find("passphrase") == std::string::npos;
  }

  std::string without_blanks_around(const Setting& setting, const std::string& text) const {
    std::string token(without_blanks(text));
    if (token.size() == text.size()) return token;
    context_.log.hide(token);
    context_.log.warning("section [{}], setting {}: blanks or line breaks around the value are left out", section_.name,
                         setting.name);
    return token;
  }

  std::string missing(const Setting& setting) const {
    if (found_.contains(setting.name) && setting.name == "password") {
      return "is required, but the environment variable " + target_.env_password + " is empty";
    }
    return "is required: " + setting.text.help;
  }

  void take_default(const Setting& setting) {
    const Json& default_value = *setting.text.default_value;
    const bool is_own =
        std::any_of(own_.begin(), own_.end(), [&](const Setting& own) { return own.name == setting.name; });
    if (is_own) {
      values_[setting.name] = default_value;
    } else if (section_.find(setting.name)) {
      values_[setting.name] = "";
    }
    const std::string text = default_value.is_string() ? default_value.get<std::string>() : to_text(default_value);
    if (!text.empty()) assign(setting, text);
  }

  void assign(const Setting& setting, const std::string& text) {
    const std::vector<std::string>& choices = setting.text.choices;
    if (!choices.empty() && !text.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
      add_problem(setting.name, "must be one of " + list(choices) + indentation_hint(text));
      return;
    }
    try {
      setting.assign(target_, text);
    } catch (const std::invalid_argument& error) {
      add_problem(setting.name, error.what() + indentation_hint(text));
    }
  }

  void check_tls() {
    check_protocol();
    check_file("cacert_file", target_.cacert_file);
    check_file("user_pem_file", target_.user_pem_file);
    check_private_key();
    std::error_code error;
    if (!target_.cacert_dir.empty() && !std::filesystem::is_directory(target_.cacert_dir, error)) {
      add_problem("cacert_dir", "there is no folder " + shown_path(target_.cacert_dir));
    }
  }

  void check_file(const std::string& setting, const std::string& file) {
    if (file.empty()) return;
    std::error_code error;
    if (file.find("-----BEGIN") != std::string::npos) {
      add_problem(setting, "must be the name of a file, not what stands in it");
    } else if (!std::filesystem::is_regular_file(file, error)) {
      add_problem(setting, "there is no file " + shown_path(file));
    } else if (!std::ifstream(file)) {
      add_problem(setting, "the file " + shown_path(file) + " cannot be read");
    }
  }

  void check_private_key() {
    if (target_.user_pem_file.empty() || !target_.user_pem_password.empty()) return;
    std::ifstream file(target_.user_pem_file);
    for (std::string line; std::getline(file, line);) {
      const bool is_encrypted = line.starts_with("-----BEGIN ENCRYPTED ") || line.starts_with("Proc-Type: 4,ENCRYPTED");
      if (is_encrypted)
        return add_problem("user_pem_password", "is required: the private key in user_pem_file is encrypted");
    }
  }

  void check_protocol() {
    static const std::vector<std::string> spoken = {"ssl", "ssl23", "sslv23", "tls", "tls1", "tls1.2", "tls1.3"};
    static const std::vector<std::string> forgotten = {"ssl2", "sslv2", "ssl3", "sslv3"};
    std::string& protocol = target_.ssl_protocol;
    protocol = lower_case(protocol);
    if (std::find(forgotten.begin(), forgotten.end(), protocol) != forgotten.end()) {
      add_problem("ssl_protocol", protocol + " is no longer supported: leave it empty, or set tls1.2 or tls1.3");
    } else if (!protocol.empty() && std::find(spoken.begin(), spoken.end(), protocol) == spoken.end()) {
      add_problem("ssl_protocol", "must be empty or one of " + list(spoken) + " (" + list(forgotten) +
                                      " are no longer spoken by any TLS library)");
    } else if (protocol == "tls" || protocol == "tls1") {
      context_.log.warning(
          "section [{}], setting ssl_protocol: TLS 1.0 is out of date and no longer safe, and the TLS library's "
          "security "
          "level is lowered for it",
          section_.name);
    }
  }

  SectionSettings& target_;
  const std::vector<Setting>& own_;
  const std::vector<Setting> table_;
  const Section& section_;
  const SettingsContext& context_;
  Problems& problems_;
  SettingValues values_;
  std::map<std::string, VariableValue> found_;  // values from credentials, env_password and stores, which win
  std::set<std::string> undetermined_;          // settings whose secret was not available, which was reported
};

/// values: they are numbers where there is a range.
void check_ranges(const std::vector<Setting>& settings, const SettingValues& values, const Section& section,
                  Problems& problems) {
  for (const Setting& setting : settings) {
    const auto value = values.find(setting.name);
    if (!setting.text.range || value == values.end() || value->second == "") continue;
    const auto& [least, most] = *setting.text.range;
    int number = 0;
    parse_setting(value->second.is_string() ? value->second.get<std::string>() : to_text(value->second), number);
    if (number >= least && number <= most) continue;
    problems.push_back(problem_with(section, setting.name, fmt::format("must be from {} to {}", least, most)));
  }
}

void check_login(const CloudSettings& settings, const Section& section, Problems& problems) {
  const bool by_password = !settings.username.empty() && !settings.password.empty();
  if (!settings.api_token.empty() || by_password || !settings.user_pem_file.empty()) return;
  problems.push_back(section.origin +
                     ": section [oomnitza] needs api_token, or username and password, or user_pem_file");
}

}  // namespace

SettingValues fill_settings(SectionSettings& target, const std::vector<Setting>& own, const Section& section,
                            const SettingsContext& context, Problems& problems) {
  const std::size_t before = problems.size();
  SettingValues values = Filling(target, own, section, context, problems).fill();
  if (problems.size() == before) check_ranges(with_common_settings(own), values, section, problems);
  return values;
}

CloudSettings make_cloud_settings(const Section& section, const SettingsContext& context, Problems& problems) {
  CloudSettings settings;
  const std::size_t before = problems.size();
  fill_settings(settings, cloud_settings(), section, context, problems);
  if (settings.batch_size < 1 || settings.batch_size > 100) {
    problems.push_back(problem_with(section, "batch_size", "must be a number from 1 to 100"));
  }
  if (settings.max_report_size < 1) {
    problems.push_back(problem_with(section, "max_report_size", "must be a number from 1 on"));
  }
  if (settings.undelivered_mib < 1) {
    problems.push_back(problem_with(section, "undelivered_mib", "must be a number from 1 on"));
  }
  // A secret that was not available has been reported.
  if (problems.size() == before || settings.vault_keys.empty()) check_login(settings, section, problems);
  return settings;
}

std::optional<ConnectorSection> make_connector(const Section& section, const Plugin& plugin,
                                               const SettingsContext& context, Problems& problems) {
  const std::size_t before = problems.size();
  ConnectorSection made;
  made.name = section.name;
  made.origin = section.origin;
  made.plugin = &plugin;
  made.connector = plugin.make();
  made.values = Filling(*made.connector, plugin.settings, section, context, problems).fill();
  if (problems.size() == before) {
    check_ranges(with_common_settings(plugin.settings), made.values, section, problems);
    const AddProblem add_problem = [&](const std::string& setting, const std::string& problem) {
      problems.push_back(problem_with(section, setting, problem));
    };
    made.connector->check(add_problem);
  }
  made.plugin = &made.connector->description(plugin);
  made.mapping = mapping_settings(section, context.log, problems);
  const Entry* filter = section.find("recordfilter");
  if (filter && !trimmed(filter->value).empty()) {
    made.recordfilter = filter->value;
    made.recordfilter_origin = filter->origin;
  }
  if (problems.size() > before) return std::nullopt;
  return made;
}

bool is_enabled(const Section& section, Problems& problems) {
  const Entry* entry = section.find("enable");
  if (!entry || trimmed(entry->value).empty()) return false;
  const std::optional<bool> enabled = parse_boolean(entry->value);
  if (!enabled)
    problems.push_back(problem_with(section, "enable", "must be true or false" + indentation_hint(entry->value)));
  return enabled.value_or(false);
}

}  // namespace connector
