#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace connector::ldap {

/// The text form (S-1-5-21-…) of a binary security identifier; nothing when it is shorter than its count says.
std::optional<std::string> sid_text(std::string_view bytes);

/// The text form (8-4-4-4-12 digits) of a binary GUID, whose first three parts are little-endian; nothing when it is
/// not of 16 bytes.
std::optional<std::string> guid_text(std::string_view bytes);

}  // namespace connector::ldap
