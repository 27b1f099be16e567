#pragma once

#include "app/sections.h"

namespace connector {

/// Prints the merged mappings (--show-mappings). The exit code.
int show_mappings(Sections& sections);

/// Asks for mappings that only the cloud can complete. Throws ConfigError when they stay incomplete; one that cannot be
/// fetched is reported when its section runs.
void complete_mappings(Sections& sections);

}  // namespace connector
