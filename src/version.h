#pragma once

#include <string_view>

namespace connector {

/// The program's own version.
inline constexpr std::string_view product_version = "1.0.0";

/// The version of the connector protocol, which the cloud is told.
inline constexpr std::string_view protocol_version = "2026.08.1";

}  // namespace connector
