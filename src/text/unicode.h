#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace connector {

/// The number of bytes of the white space character that the text begins with, or ends with; 0 when it is none.
/// White space is what Python's str.isspace() calls so.
std::size_t leading_space(std::string_view text);
std::size_t trailing_space(std::string_view text);

/// The text without white space around it.
std::string_view without_blanks(std::string_view text);

/// First character in title case, all others in lower case. A text that is no UTF-8 comes back as it is.
std::string capitalized(const std::string& text);

/// All characters in lower case. A text that is no UTF-8 comes back as it is.
std::string lower_case(const std::string& text);

}  // namespace connector
