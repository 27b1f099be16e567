#pragma once

#include <span>

#include "app/command_line.h"

namespace connector {

/// Throws UsageError.
CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace connector
