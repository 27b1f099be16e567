#include <cstdio>
#include <optional>

#include "commands/command.h"
#include "platform/environment.h"
#include "platform/memory.h"
#include "platform/process.h"
#include "platform/terminal.h"
#include "secrets/keyring.h"
#include "text/utf8.h"

namespace connector {
namespace {

void say(const std::string& line) {
  std::fprintf(stderr, "strongbox: %s\n", line.c_str());
}

int list(Keyring& keyring, const std::string& name) {
  for (const KeyringEntry& entry : keyring.entries(name)) std::printf("%s %s\n", entry.name.c_str(), entry.key.c_str());
  return all_delivered;
}

int remove(Keyring& keyring, const KeyringEntry& entry) {
  if (keyring.remove(entry)) return all_delivered;
  say("the keyring has no " + entry.key + " of \"" + entry.name + "\"");
  return nothing_ran;
}

int store(Keyring& keyring, const KeyringEntry& entry) {
  const std::optional<std::string> secret = read_secret_line("Your secret: ");
  if (!secret) {
    say("canceled; nothing is stored");
  } else if (secret->empty()) {
    say("the secret is empty; nothing is stored");
  } else if (!is_utf8(*secret)) {
    say("the secret is not UTF-8; nothing is stored");
  } else {
    keyring.store(entry, *secret);
    return all_delivered;
  }
  return nothing_ran;
}

}  // namespace

void check_strongbox(const CommandLine& line) {
  if (!line.sections.empty()) throw UsageError("strongbox takes options alone: --connector NAME --key KEY");
  if (line.list && line.remove) throw UsageError("--list and --delete exclude each other");
  if (line.list) return;
  if (line.connector.value_or("").empty()) throw UsageError("strongbox needs --connector NAME");
  if (line.key.value_or("").empty()) throw UsageError("strongbox needs --key KEY");
}

int strongbox(const Invocation& invocation) {
  const CommandLine& line = invocation.line;
  if (!line.value.value_or("").empty()) {
    say("--value is ignored: what stands on a command line can be read by others; the secret is asked for");
  }
  keep_memory_private();
  const std::string name = line.connector.value_or("");
  const KeyringEntry entry{name, line.key.value_or("")};
  try {
    Keyring keyring(
        {.variable = [](const std::string& variable) { return environment_variable(variable.c_str()); }, .log = Log()});
    if (line.list) return list(keyring, name);
    return line.remove ? remove(keyring, entry) : store(keyring, entry);
  } catch (const SecretError& error) {
    say(error.what());
    return nothing_ran;
  }
}

}  // namespace connector
