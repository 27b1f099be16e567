#pragma once

#include <string>
#include <string_view>

namespace connector {

/// SHA-256 (FIPS 180-4) as 64 hexadecimal digits in lower case.
std::string sha256(std::string_view bytes);

/// Whether two secrets are the same. How long it takes tells nothing of where they differ.
bool is_same_secret(std::string_view given, std::string_view wanted);

}  // namespace connector
