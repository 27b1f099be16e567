#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace connector {

/// Percent-encodes a string for a path segment or a query value: all but unreserved characters (RFC 3986, 2.3).
std::string percent_encoded(std::string_view text);

/// The text with %XX in its parts turned back into bytes.
std::string percent_decoded(std::string_view text);

/// Standard Base64 with padding (RFC 4648, 4), and back; nothing when the text is not Base64.
std::string base64(std::string_view bytes);
std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace connector
