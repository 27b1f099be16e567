#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string_view>

#include "cli.h"
#include "connector/connector.h"
#include "log/logging.h"

namespace connector {

/// What every mode gets from main.
struct Invocation {
  const CommandLine& line;
  std::filesystem::path program_folder;
  std::span<const Plugin> plugins;
};

/// The exit codes of the program.
enum ExitCode : int { all_delivered = 0, nothing_ran = 1, something_failed = 2 };

/// What the program can do.
struct Mode {
  std::string_view name;
  std::string_view sentence;
  /// Returns the exit code. Throws ConfigError or UsageError (exit code 1).
  int (*run)(const Invocation& invocation);
};

int upload(const Invocation& invocation);
int managed_mode(const Invocation& invocation);
int resend(const Invocation& invocation);
int generate_ini(const Invocation& invocation);
int version(const Invocation& invocation);

}  // namespace connector
