#pragma once

#include <cstddef>

namespace connector {

/// Whether standard error, or standard output, is a terminal that can move its cursor.
bool stderr_is_terminal();
bool stdout_is_terminal();

/// How many characters fit in a line of standard error's terminal, as wide as it is now.
std::size_t terminal_columns();

}  // namespace connector
