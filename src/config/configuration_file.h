#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace connector {

/// The whole content of a file that configures. Throws ConfigError when it is missing or unreadable.
std::string configuration_text(const std::filesystem::path& file);

/// Throws ConfigError, naming file and line, when a text is not UTF-8, or holds NUL as UTF-16 does.
void check_utf8(std::string_view text, const std::string& file);

}  // namespace connector
