#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace connector {

/// Whether standard error, or standard output, is a terminal that can move its cursor.
bool stderr_is_terminal();
bool stdout_is_terminal();

/// How many characters fit in a line of standard error's terminal, as wide as it is now.
std::size_t terminal_columns();

/// The first line of standard input, without its line end. Where that is a terminal, the prompt is shown on it and what
/// is typed is not. Nothing when a signal ended the waiting.
std::optional<std::string> read_secret_line(const std::string& prompt);

}  // namespace connector
