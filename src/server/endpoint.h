#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace connector::server {

/// An address to listen on.
struct Endpoint {
  std::string host;  ///< a name or an address
  int port = 0;      ///< 0: a free one
};

/// Reads "HOST:PORT", "[::1]:9100". Nothing when it is none.
std::optional<Endpoint> parse_endpoint(std::string_view text);

}  // namespace connector::server
