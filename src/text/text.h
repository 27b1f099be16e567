#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace connector {

/// Blank, tab, line feed, vertical tab, form feed, carriage return.
bool is_space(char character);

/// The text without white space at both ends.
std::string_view trimmed(std::string_view text);

/// Letters of any script in lower or upper case (Unicode). The text is UTF-8; one that is not comes back as it is.
std::string lower_case(std::string_view text);
std::string upper_case(std::string_view text);

/// The whole content of a file that configures. Throws ConfigError when it is missing or unreadable.
std::string configuration_text(const std::filesystem::path& file);

}  // namespace connector
