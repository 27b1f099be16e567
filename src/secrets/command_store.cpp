#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "connector/json.h"
#include "platform/memory.h"
#include "platform/program.h"
#include "secrets/stores.h"
#include "text/shell_words.h"
#include "text/values.h"

namespace connector {
namespace {

constexpr std::chrono::seconds time_limit{30};
constexpr std::size_t max_output = std::size_t{1} << 20;

/// Variables that programs need to find their files and their user's services. None holds a secret.
constexpr std::array passed_on = {"DBUS_SESSION_BUS_ADDRESS",
                                  "GNUPGHOME",
                                  "HOME",
                                  "LANG",
                                  "LC_ALL",
                                  "LOGNAME",
                                  "PATH",
                                  "SSL_CERT_FILE",
                                  "TMPDIR",
                                  "TZ",
                                  "USER",
                                  "XDG_CONFIG_HOME",
                                  "XDG_RUNTIME_DIR"};

std::vector<std::string> environment_for(const SecretQuery& query, const SecretTools& tools) {
  std::vector<std::string> environment = {"CONNECTOR_SECRET_NAME=" + query.name,
                                          fmt::format("CONNECTOR_SECRET_KEYS={}", fmt::join(query.keys, " "))};
  for (const char* name : passed_on) {
    const std::string value = tools.variable(name);
    if (!value.empty()) environment.push_back(std::string(name) + "=" + value);
  }
  return environment;
}

Json object_of(const std::string& output) {
  try {
    Json object = parse_json(output);
    if (object.is_object()) return object;
  } catch (const JsonError&) {  // its message may quote a secret
  }
  throw SecretError("vault_command must print one JSON object, {\"KEY\": \"value\"}");
}

}  // namespace

SecretValues fetch_from_command(const SecretQuery& query, const SecretTools& tools) {
  const std::optional<std::vector<std::string>> command = shell_words(query.settings.vault_command);
  if (!command) throw SecretError("vault_command has a quote that is not closed");
  if (command->empty()) throw SecretError("vault_command is empty: it names the program that prints the secrets");
  std::string output;
  try {
    output = output_of({.command = *command,
                        .environment = environment_for(query, tools),
                        .time_limit = time_limit,
                        .max_output = max_output,
                        .stop = tools.stop});
  } catch (const std::runtime_error& error) {
    throw SecretError("vault_command, " + command->front() + ": " + error.what());
  }
  const Json object = object_of(output);
  wipe(output);
  SecretValues values;
  for (const std::string& key : query.keys) values[key] = text_of(member(object, key));
  return values;
}

std::string how_to_store_in_command(const SecretQuery& query, const std::string& key) {
  return fmt::format("let vault_command print {{\"{}\": \"…\"}} when CONNECTOR_SECRET_NAME is {}", key, query.name);
}

}  // namespace connector
