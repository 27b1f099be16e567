#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/app.h"
#include "app/command_line.h"
#include "connector/connector.h"
#include "connector/plugins.h"

namespace connector {

/// The exit codes of the program.
enum ExitCode : int { all_delivered = 0, nothing_ran = 1, something_failed = 2, runs_elsewhere = 3 };

/// What is ready before a command runs.
enum class Needs {
  nothing,  ///< command line and paths
  cloud,    ///< loggers, the configuration, the cloud's client (not logged in)
};

/// What a command gets that needs nothing.
struct Invocation {
  const CommandLine& line;
  const Paths& paths;
  const Plugins& plugins;
};

/// What the program can do. One of the two functions is there. They return the exit code, and throw ConfigError,
/// UsageError, AuthenticationError (exit code 1).
struct Command {
  std::string_view name;
  std::string_view sentence;  ///< begins in lower case, without a full stop
  std::string_view words;     ///< what may stand behind its name: "SECTION..."
  Needs needs;
  std::vector<std::string_view> options;  ///< those that mean something here, beside the general ones
  /// Throws UsageError for words that mean nothing here.
  void (*check)(const CommandLine& line) = nullptr;
  int (*run)(App& app) = nullptr;
  int (*run_alone)(const Invocation& invocation) = nullptr;
  std::chrono::seconds patience{0};  ///< how long it finishes work after shutdown begins
};

/// Every command; the first one is the default.
std::span<const Command> commands();

/// Runs the command that the command line names, or prints how it is used. Returns the exit code; throws UsageError,
/// and what commands throw that need nothing.
int run_command(const CommandLine& line, const Plugins& plugins);

void check_upload(const CommandLine& line);
void check_runs(const CommandLine& line);
void check_managed(const CommandLine& line);
void check_server(const CommandLine& line);
void check_strongbox(const CommandLine& line);
void check_version(const CommandLine& line);

int managed(App& app);
int upload(App& app);
int serve(App& app);
int resend(App& app);
int runs(const Invocation& invocation);
int generate_ini(const Invocation& invocation);
int strongbox(const Invocation& invocation);
int version(const Invocation& invocation);

}  // namespace connector
