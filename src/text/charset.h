#pragma once

#include <cstddef>
#include <string_view>

namespace connector {

/// What a text's first bytes say of its encoding: the charset in iconv's words, and how many of them are a byte order
/// mark.
struct Encoding {
  std::string_view charset = {};  ///< empty: they say nothing
  std::size_t mark = 0;
};

/// The encoding of a byte order mark (UTF-8, UTF-16, UTF-32).
Encoding marked_encoding(std::string_view bytes);

/// UTF-16 or UTF-32 without a mark, told by where the zero bytes of its ASCII characters lie; empty when there are few.
std::string_view charset_by_zeros(std::string_view bytes);

/// The charset of bytes of which nothing is said: by their mark or zeros, else UTF-8 when they are that, but for a
/// character cut in two at the end, else windows-1252.
Encoding guessed_encoding(std::string_view bytes);

}  // namespace connector
