#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>

namespace connector::http {

/// Why a server's certificate was refused, and what helps. handle: of the request that failed. words: what libcurl said
/// about it. Asks the server once more for its certificate alone, without checking it: the failed connection does not
/// tell its names and dates. Without an answer the hint does without them.
std::string certificate_failure(CURL* handle, std::string_view words);

}  // namespace connector::http
