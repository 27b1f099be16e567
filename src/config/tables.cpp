// The settings that belong to no single connector, as tables.
#include <algorithm>

#include "config/settings.h"
#include "secrets/store.h"

namespace connector {
namespace {

using ForStores = SettingText::ForStores;

/// A setting that says where secrets are kept.
Setting leading(const std::string& name, std::string SectionSettings::*member, const std::string& help,
                const std::string& default_value = "") {
  return setting(name, member,
                 {.help = help, .default_value = default_value, .for_stores = ForStores::leads, .local = true});
}

}  // namespace

const std::vector<Setting>& common_settings() {
  using S = SectionSettings;
  static const std::string without_effect = "Ignored; kept for compatibility.";
  static const std::vector<Setting> settings = {
      setting("verify_ssl", &S::verify_ssl,
              {.help = "Whether certificates are checked on this section's connections.",
               .default_value = "True",
               .for_stores = ForStores::connects}),
      setting("cacert_file", &S::cacert_file,
              {.help = "PEM file of authorities that replaces the system's on this section's connections.",
               .default_value = "",
               .for_stores = ForStores::connects,
               .local = true}),
      setting("cacert_dir", &S::cacert_dir,
              {.help = "Hashed folder of authorities that replaces the system's on this section's connections.",
               .default_value = "",
               .for_stores = ForStores::connects,
               .local = true}),
      setting("ssl_protocol", &S::ssl_protocol,
              {.help = "TLS version: ssl, ssl23, sslv23 (what both sides agree on), tls, tls1 (TLS 1.0 only), tls1.2, "
                       "tls1.3 (at least that).",
               .default_value = "",
               .for_stores = ForStores::connects,
               .local = true}),
      setting("user_pem_file", &S::user_pem_file,
              {.help = "PEM file with the certificate and private key that are presented on HTTPS connections.",
               .default_value = "",
               .for_stores = ForStores::connects,
               .local = true}),
      setting("user_pem_password", &S::user_pem_password,
              {.help = "Password of the private key in user_pem_file, where that is encrypted.",
               .default_value = "",
               .for_stores = ForStores::connects,
               .local = true}),
      setting("use_server_map", &S::use_server_map,
              {.help = "Whether the mapping is fetched from Oomnitza.", .default_value = "True"}),
      setting("insert_only", &S::insert_only,
              {.help = "Whether records are only added, never updated.", .default_value = "False"}),
      setting("update_only", &S::update_only,
              {.help = "Whether records are only updated, never added.", .default_value = "False"}),
      setting(
          "sync_field", &S::sync_field,
          {.help = "Names of the Oomnitza fields that identify a record, separated by commas.", .default_value = ""}),
      setting("test_run", &S::test_run,
              {.help = "Whether the run is a test: ten records at most, delivered and marked as a test.",
               .default_value = "False"}),
      setting("is_custom", &S::is_custom,
              {.help = "Means something in managed sections only.", .default_value = "False"}),
      setting("max_record_size", &S::max_record_size,
              {.help = "MiB of memory that a record may take; a larger one is a failed record.",
               .default_value = 64,
               .range = std::pair(1, 1024),
               .in_sample = false,
               .local = true}),
      setting(
          "schedule", &S::schedule,
          {.help = "When connector server runs the section: every 6h, daily at 02:30, weekly on monday at 02:30, or a "
                   "cron expression; empty: never.",
           .default_value = "",
           .in_sample = false,
           .local = true}),
      setting("vault_backend", &S::vault_backend,
              {.help = "Where the section's secrets are kept.",
               .default_value = "keyring",
               .choices = secret_backends(),
               .for_stores = ForStores::leads,
               .local = true}),
      leading("vault_keys", &S::vault_keys,
              "Names of the settings, separated by white space, whose values come from that store."),
      leading("vault_alias", &S::vault_alias, "Name under which the secrets are stored; empty: the section's name."),
      leading("vault_url", &S::vault_url,
              "Address of vault, cyberark or cyberark_ccp; empty: vault_url of the keyring, or the environment."),
      leading("vault_mount", &S::vault_mount, "Where the key-value store of vault is mounted.", "secret"),
      leading("vault_path", &S::vault_path, "Path of the secret below vault_mount; empty: vault_alias."),
      leading("vault_app_id", &S::vault_app_id, "ID of the application that cyberark_ccp knows."),
      leading("vault_safe", &S::vault_safe, "Safe of cyberark_ccp that the account is in."),
      leading("vault_object", &S::vault_object, "Name of the account in vault_safe; empty: vault_alias."),
      leading("vault_folder", &S::vault_folder, "Folder of the backend file, with files NAME/KEY or NAME.KEY.",
              "/run/secrets"),
      leading("vault_command", &S::vault_command,
              "Program of the backend command, with arguments, that prints the secrets as a JSON object; no shell sees "
              "it."),
      leading("env_password", &S::env_password, "Name of an environment variable that holds the password."),
      setting("only_if_filled", &S::ignored, {.help = without_effect, .default_value = ""}),
      setting("dont_overwrite", &S::ignored, {.help = without_effect, .default_value = ""}),
      setting("connector_bulk_mode", &S::ignored, {.help = without_effect, .default_value = ""}),
  };
  return settings;
}

const std::vector<Setting>& cloud_settings() {
  static const std::vector<Setting> settings = {
      setting("url", &CloudSettings::url,
              {.help = "Address of your Oomnitza instance.", .example = "https://example.oomnitza.com"}),
      setting(
          "api_token", &CloudSettings::api_token,
          {.help = "API token; without one, user name and password or user_pem_file are needed.", .default_value = ""}),
      setting("username", &CloudSettings::username,
              {.help = "User name, where there is no API token.", .default_value = "", .example = "oomnitza-sa"}),
      setting("password", &CloudSettings::password,
              {.help = "Password, where there is no API token.", .default_value = "", .example = "ThePassword"}),
      setting("batch_size", &CloudSettings::batch_size,
              {.help = "Records in a payload, 1 to 100.", .default_value = 100, .in_sample = false}),
      setting(
          "reports_folder", &CloudSettings::reports_folder,
          {.help = "Folder below which reports of Oomnitza (managed_reports) are stored; empty: exports in the state "
                   "folder.",
           .default_value = "",
           .in_sample = false}),
      setting("max_report_size", &CloudSettings::max_report_size,
              {.help = "MiB that a report may have.", .default_value = 1024, .in_sample = false}),
      setting(
          "allow_hosts", &CloudSettings::allow_hosts,
          {.help = "Hosts that integrations of Oomnitza may call: names, *.example.com, addresses, 10.0.0.0/8, * for "
                   "all; empty: all but this machine.",
           .default_value = "",
           .in_sample = false}),
      setting("undelivered_mib", &CloudSettings::undelivered_mib,
              {.help = "MiB of payloads that Oomnitza did not take and that are kept, for each section.",
               .default_value = 256,
               .in_sample = false}),
      setting("history_days", &CloudSettings::history_days,
              {.help = "Days for which runs are remembered (connector runs).",
               .default_value = 90,
               .range = std::pair(1, 36500),
               .in_sample = false}),
  };
  return settings;
}

const std::vector<Setting>& managed_settings() {
  using M = ManagedSettings;
  static const std::vector<Setting> settings = {
      setting(
          "saas_authorization", &M::saas_authorization,
          {.help = "JSON: how requests to the source are authorized.",
           .default_value = "",
           .example = R"({"params": {"api-token": "saas-api-token"}, "headers": {"Authorization": "Bearer Example"}})",
           .secret = true}),
      setting("oomnitza_authorization", &M::oomnitza_authorization,
              {.help = "Oomnitza API token of this section, or JSON with its token_id; empty: that of [oomnitza].",
               .default_value = "",
               .example = "oomnitza-api-token"}),
      setting("local_inputs", &M::local_inputs,
              {.help = "JSON: inputs for the templates that do not leave this machine.",
               .default_value = "",
               .example = R"({"username": "username@example.com", "password": "ThePassword"})",
               .secret = true}),
      setting("test_run", &M::test_run,
              {.help = "Whether the run is a test: the first ten records at most.", .default_value = false}),
      setting("is_custom", &M::is_custom,
              {.help = "Whether a test run saves the list's first page instead of sending records.",
               .default_value = false}),
      setting("api_url", &M::api_url,
              {.help = "AWS only: address of the IAM API.",
               .default_value = "https://iam.amazonaws.com",
               .in_sample = false}),
      setting("token_url", &M::token_url,
              {.help = "AWS only: address of the STS API.",
               .default_value = "https://sts.amazonaws.com",
               .in_sample = false}),
      setting("allow_insecure", &M::allow_insecure,
              {.help = "Whether Oomnitza may turn off the check of certificates (verify_ssl) for this integration.",
               .default_value = false,
               .in_sample = false,
               .local = true}),
      setting("allow_hosts", &M::allow_hosts,
              {.help = "Hosts that this integration may call: names, *.example.com, addresses, 10.0.0.0/8, * for all; "
                       "empty: those of [oomnitza].",
               .default_value = "",
               .in_sample = false,
               .local = true}),
      setting("max_pages", &M::max_pages,
              {.help = "Pages of a list, of a pre-list or of an exploratory list after which the sync fails.",
               .default_value = 1000,
               .in_sample = false,
               .local = true}),
  };
  return settings;
}

std::vector<Setting> with_common_settings(const std::vector<Setting>& own) {
  std::vector<Setting> settings = own;
  for (const Setting& common : common_settings()) {
    const bool replaced =
        std::any_of(own.begin(), own.end(), [&](const Setting& setting) { return setting.name == common.name; });
    if (!replaced) settings.push_back(common);
  }
  return settings;
}

}  // namespace connector
