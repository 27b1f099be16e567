#pragma once

#include <span>
#include <string>

#include "app/command_line.h"
#include "commands/command.h"

namespace connector {

/// Asked for with -h: the text is for standard output.
struct HelpRequest {
  std::string text;
};

/// commands: for the help. Throws UsageError, HelpRequest.
CommandLine parse_command_line(int argc, const char* const* argv, std::span<const Command> commands);

}  // namespace connector
