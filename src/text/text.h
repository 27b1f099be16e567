#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace connector {

/// Blank, tab, line feed, vertical tab, form feed, carriage return.
bool is_space(char character);

/// The text without white space (is_space()) at both ends.
std::string_view trimmed(std::string_view text);

/// The number of bytes of the white space character that the text begins with, or ends with; 0 when it is none.
/// White space is here what Python's str.isspace() calls so, of any script.
std::size_t leading_space(std::string_view text);
std::size_t trailing_space(std::string_view text);

/// The text without white space of any script at both ends.
std::string_view without_blanks(std::string_view text);

/// Letters of any script in lower or upper case (Unicode). The text is UTF-8; one that is not comes back as it is.
std::string lower_case(std::string_view text);
std::string upper_case(std::string_view text);

/// First character in title case, all others in lower case. A string that is not UTF-8 comes back as it is.
std::string capitalized(std::string_view text);

/// The text with 0 to 9 for the decimal digits of other scripts (Unicode Nd), as Python reads numbers.
std::string with_ascii_digits(std::string_view text);

/// A to Z in lower case, everything else as it is: for names of protocols.
std::string ascii_lower_case(std::string_view text);

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Whether two names of protocols are the same but for the case of A to Z.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Whether a text begins as HTML does: what a proxy or a sign-in page sends in the place of data.
bool looks_like_html(std::string_view text);

}  // namespace connector
