#include "commands/command.h"

#include <algorithm>

namespace connector {
namespace {

/// Whether standard output holds what was asked for, and no log lines.
bool stdout_is_result(const CommandLine& line) {
  return line.testmode || line.show_mappings;
}

int run_with_app(const Command& command, const Invocation& invocation) {
  App app(invocation.line, invocation.paths, invocation.plugins(), stdout_is_result(invocation.line));
  try {
    app.read_configuration();
    return command.run(app);
  } catch (const ConfigError& error) {
    for (const Problem& problem : error.problems()) app.log().error("{}", std::string(problem));
  } catch (const AuthenticationError& error) {
    app.log().error("{}", error.what());
  }
  return nothing_ran;
}

}  // namespace

std::span<const Command> commands() {
  static const std::vector<Command> rows = {
      {"managed",
       "let Oomnitza say what to run, until the program is stopped (the default)",
       Needs::cloud,
       {"--ignore-cloud-maintenance", "--workers", "--testmode", "--save-data"},
       managed},
      {"upload",
       "run the named sections once and end",
       Needs::cloud,
       {"--workers", "--record-count", "--testmode", "--save-data", "--show-mappings"},
       upload},
      {"resend",
       "deliver the payloads that earlier runs had to keep (all, or the named sections')",
       Needs::cloud,
       {},
       resend},
      {"generate-ini", "write a config.ini with every setting", Needs::nothing, {}, nullptr, generate_ini},
      {"version", "print the version", Needs::nothing, {}, nullptr, version},
  };
  return rows;
}

int run_command(const CommandLine& line, PluginList plugins) {
  const std::span<const Command> rows = commands();
  const auto command = line.action.empty() ? rows.begin()
                                           : std::find_if(rows.begin(), rows.end(),
                                                          [&](const Command& row) { return row.name == line.action; });
  if (command == rows.end()) throw UsageError("unknown action \"" + line.action + "\": see connector --help");
  const Paths paths(line);
  const Invocation invocation{line, paths, plugins};
  return command->needs == Needs::nothing ? command->run_alone(invocation) : run_with_app(*command, invocation);
}

}  // namespace connector
