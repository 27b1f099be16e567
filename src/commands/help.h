#pragma once

#include <span>
#include <string>

#include "commands/command.h"

namespace connector {

/// How the program is used: every action and option, in lines of 80 columns at most.
std::string help(std::span<const Command> commands);

/// How one action is used.
std::string help(const Command& command);

}  // namespace connector
