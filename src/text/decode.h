#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "connector/json.h"

namespace connector {

/// The charset of a Content-Type, in lower case; empty when it names none.
std::string charset_of(std::string_view content_type);

/// The text in UTF-8, without a byte order mark. charset: its encoding; UTF-8 when it is empty or not known. What is
/// not text in that encoding becomes U+FFFD, or '?' where it is not UTF-8.
std::string decoded_text(std::string_view bytes, const std::string& charset);

/// The value of a body: JSON if it is JSON, else XML, else the text. content_type: the header's value; what counts is
/// its charset. Throws SourceError for JSON or XML of more values than max_values, and for JSON nested deeper than 500
/// levels.
Json decoded_body(std::string_view body, const std::optional<std::string>& content_type, std::size_t max_values);

}  // namespace connector
