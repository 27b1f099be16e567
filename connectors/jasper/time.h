#pragma once

#include <string>

#include "connector/json.h"

namespace connector::soap {

/// "2024-03-05T08:30:00.5-05:00" -> "2024-03-05T08:30:00.500000-05:00", Z -> +00:00; null when the text is not a time.
Json time_text(const std::string& text);

/// The instant of such a time in microseconds since 1970, without a zone UTC; null when the text is not a time.
Json instant(const std::string& text);

}  // namespace connector::soap
