#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace connector {

/// U+FEFF in UTF-8, which some programs write at the beginning of a string.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// The text without a byte order mark at its beginning.
std::string_view without_byte_order_mark(std::string_view text);

bool is_utf8(std::string_view text);

/// How many bytes stand before the first one that is not UTF-8: all of them when the text is UTF-8.
std::size_t utf8_length(std::string_view text);

/// Whether there are only characters below 0x80. Eight at a time.
bool is_ascii(std::string_view text);

/// How many characters (code points) a text has.
std::size_t character_count(std::string_view text);

/// The text's first characters, at most that many.
std::string_view first_characters(std::string_view text, std::size_t count);

/// Takes the first character off a string that is not empty; U+FFFD for what is not UTF-8.
char32_t take_character(std::string_view& text);

void append_character(std::string& text, char32_t character);

/// The text with U+FFFD in the place of what is not UTF-8.
std::string repaired_utf8(std::string_view text);

}  // namespace connector
