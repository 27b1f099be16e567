#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace connector {

/// A command's words as a POSIX shell splits them (Shell Command Language, 2.2 Quoting): by blanks, with '…', "…" and
/// backslashes; nothing is expanded. Nothing when a quote is not closed.
std::optional<std::vector<std::string>> shell_words(std::string_view text);

}  // namespace connector
