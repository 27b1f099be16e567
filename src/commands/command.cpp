#include "commands/command.h"

#include <algorithm>
#include <cstdio>

#include "app/state_folder.h"
#include "commands/help.h"
#include "text/nearest.h"

namespace connector {
namespace {

/// Whether standard output holds what was asked for, and no log lines.
bool stdout_is_result(const CommandLine& line) {
  return line.testmode || line.show_mappings;
}

int run_with_app(const Command& command, const Invocation& invocation) {
  App app(invocation.line, invocation.paths, invocation.plugins, stdout_is_result(invocation.line));
  if (command.patience > std::chrono::seconds(0)) app.work_on_after_stop(command.patience);
  try {
    app.read_configuration();
    app.introduce();
    return command.run(app);
  } catch (const ConfigError& error) {
    for (const Problem& problem : error.problems()) app.log().error("{}", std::string(problem));
  } catch (const AuthenticationError& error) {
    app.log().error("{}", error.what());
  } catch (const AlreadyRunning& error) {
    app.log().error("{}", error.what());
    return runs_elsewhere;
  }
  return nothing_ran;
}

const Command& command_called(const std::string& action) {
  const std::span<const Command> rows = commands();
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Command& row) { return row.name == action; });
  if (found != rows.end()) return *found;
  if (action == "gui") {
    throw UsageError(
        "gui is not there anymore; a web page will replace it. Until then edit config.ini, which connector "
        "generate-ini writes with every setting");
  }
  std::vector<std::string> names;
  for (const Command& row : rows) names.emplace_back(row.name);
  throw UsageError("unknown action \"" + action + "\"" + did_you_mean(action, names));
}

}  // namespace

std::span<const Command> commands() {
  static const std::vector<Command> rows = {
      {"managed",
       "let Oomnitza say what to run, until the program is stopped (the default); words name the integrations to run",
       "[ID...]",
       Needs::cloud,
       {"--ignore-cloud-maintenance", "--workers", "--singleton", "--listen", "--testmode", "--save-data"},
       check_managed,
       managed},
      {"upload",
       "run the named sections once and end",
       "SECTION...",
       Needs::cloud,
       {"--workers", "--parallel", "--record-count", "--shard", "--singleton", "--testmode", "--save-data",
        "--show-mappings"},
       check_upload,
       upload},
      {"server",
       "wait for webhooks and sync the records that they are about, until the program is stopped",
       "",
       Needs::cloud,
       {"--host", "--port", "--workers", "--testmode", "--save-data", "--show-mappings"},
       check_server,
       serve,
       nullptr,
       std::chrono::seconds(30)},
      {"resend",
       "deliver the payloads that earlier runs had to keep (all, or the named sections')",
       "[SECTION...]",
       Needs::cloud,
       {"--workers", "--singleton", "--testmode"},
       nullptr,
       resend},
      {"runs",
       "show how the last runs ended (of all sections and integrations, or of the named one)",
       "[SECTION]",
       Needs::nothing,
       {"--state-dir", "--last", "--format"},
       check_runs,
       nullptr,
       runs},
      {"generate-ini",
       "write a config.ini with every setting",
       "",
       Needs::nothing,
       {"--ini"},
       nullptr,
       nullptr,
       generate_ini},
      {"strongbox",
       "store a secret in the system's keyring, for settings that vault_keys names",
       "",
       Needs::nothing,
       {"--connector", "--key", "--value", "--delete", "--list"},
       check_strongbox,
       nullptr,
       strongbox},
      {"version",
       "print the version, or what the program consists of",
       "",
       Needs::nothing,
       {"--json", "--licenses"},
       check_version,
       nullptr,
       version},
  };
  return rows;
}

int run_command(const CommandLine& line, const Plugins& plugins) {
  const std::string action = line.version ? "version" : line.action;
  const Command& command = action.empty() ? commands().front() : command_called(action);
  if (line.help) {
    std::fputs((action.empty() ? help(commands()) : help(command)).c_str(), stdout);
    return all_delivered;
  }
  if (line.shard && command.run != upload) throw UsageError("--shard is for upload alone");
  if (command.check != nullptr) command.check(line);
  const Paths paths(line);
  const Invocation invocation{line, paths, plugins};
  return command.needs == Needs::nothing ? command.run_alone(invocation) : run_with_app(command, invocation);
}

}  // namespace connector
