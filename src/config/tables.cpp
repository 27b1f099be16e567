// The settings that belong to no single connector, as tables.
#include <algorithm>

#include "config/settings.h"

namespace connector {

const std::vector<Setting>& common_settings() {
  using S = SectionSettings;
  static const std::string without_effect = "Accepted, without effect.";
  static const std::vector<Setting> settings = {
      setting("verify_ssl", &S::verify_ssl,
              {.help = "Whether certificates are checked on this section's connections.", .fallback = "True"}),
      setting("cacert_file", &S::cacert_file,
              {.help = "PEM file of authorities that replaces the system's on this section's connections.",
               .fallback = ""}),
      setting("cacert_dir", &S::cacert_dir,
              {.help = "Hashed folder of authorities that replaces the system's on this section's connections.",
               .fallback = ""}),
      setting("ssl_protocol", &S::ssl_protocol,
              {.help = "TLS version: ssl, ssl23, sslv23 (what both sides agree on), tls, tls1 (TLS 1.0 only), tls1.2, "
                       "tls1.3 (at least that).",
               .fallback = ""}),
      setting("user_pem_file", &S::user_pem_file,
              {.help = "PEM file with the certificate and private key that are presented on HTTPS connections.",
               .fallback = ""}),
      setting("use_server_map", &S::use_server_map,
              {.help = "Whether the mapping is fetched from Oomnitza.", .fallback = "True"}),
      setting("insert_only", &S::insert_only,
              {.help = "Whether records are only added, never updated.", .fallback = "False"}),
      setting("update_only", &S::update_only,
              {.help = "Whether records are only updated, never added.", .fallback = "False"}),
      setting("sync_field", &S::sync_field,
              {.help = "Names of the Oomnitza fields that identify a record, separated by commas.", .fallback = ""}),
      setting("test_run", &S::test_run,
              {.help = "Whether the run is a test: ten records at most, delivered and marked as a test.",
               .fallback = "False"}),
      setting("is_custom", &S::is_custom, {.help = "Means something in managed sections only.", .fallback = "False"}),
      setting("vault_backend", &S::vault_backend,
              {.help = "Where the section's secrets are kept.",
               .fallback = "keyring",
               .choices = {"keyring", "vault", "cyberark"}}),
      setting("vault_keys", &S::vault_keys,
              {.help = "Names of the settings, separated by white space, whose values come from that store.",
               .fallback = ""}),
      setting("vault_alias", &S::vault_alias,
              {.help = "Name under which the secrets are stored; empty: the section's name.", .fallback = ""}),
      setting("env_password", &S::env_password,
              {.help = "Name of an environment variable that holds the password.", .fallback = ""}),
      setting("only_if_filled", &S::ignored, {.help = without_effect, .fallback = ""}),
      setting("dont_overwrite", &S::ignored, {.help = without_effect, .fallback = ""}),
      setting("connector_bulk_mode", &S::ignored, {.help = without_effect, .fallback = ""}),
  };
  return settings;
}

const std::vector<Setting>& cloud_settings() {
  static const std::vector<Setting> settings = {
      setting("url", &CloudSettings::url,
              {.help = "Address of your Oomnitza instance.", .example = "https://example.oomnitza.com"}),
      setting("api_token", &CloudSettings::api_token,
              {.help = "API token; without one, user name and password or user_pem_file are needed.", .fallback = ""}),
      setting("username", &CloudSettings::username,
              {.help = "User name, where there is no API token.", .fallback = "", .example = "oomnitza-sa"}),
      setting("password", &CloudSettings::password,
              {.help = "Password, where there is no API token.", .fallback = "", .example = "ThePassword"}),
      setting("batch_size", &CloudSettings::batch_size,
              {.help = "Records in a payload, 1 to 100.", .fallback = 100, .in_sample = false}),
  };
  return settings;
}

const std::vector<Setting>& managed_settings() {
  using M = ManagedSettings;
  static const std::vector<Setting> settings = {
      setting("saas_authorization", &M::saas_authorization,
              {.help = "JSON: how requests to the source are authorized.",
               .fallback = "",
               .example =
                   R"({"params": {"api-token": "saas-api-token"}, "headers": {"Authorization": "Bearer Example"}})"}),
      setting("oomnitza_authorization", &M::oomnitza_authorization,
              {.help = "Oomnitza API token of this section, or JSON with its token_id; empty: that of [oomnitza].",
               .fallback = "",
               .example = "oomnitza-api-token"}),
      setting("local_inputs", &M::local_inputs,
              {.help = "JSON: inputs for the templates that do not leave this machine.",
               .fallback = "",
               .example = R"({"username": "username@example.com", "password": "ThePassword"})"}),
      setting("test_run", &M::test_run,
              {.help = "Whether the run is a test: the first ten records at most.", .fallback = false}),
      setting(
          "is_custom", &M::is_custom,
          {.help = "Whether a test run saves the list's first page instead of sending records.", .fallback = false}),
      setting(
          "api_url", &M::api_url,
          {.help = "AWS only: address of the IAM API.", .fallback = "https://iam.amazonaws.com", .in_sample = false}),
      setting(
          "token_url", &M::token_url,
          {.help = "AWS only: address of the STS API.", .fallback = "https://sts.amazonaws.com", .in_sample = false}),
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
