#pragma once

#include <string>
#include <string_view>

#include "http/address.h"

namespace connector::http {

/// What of the list in NO_PROXY holds for an address, as libcurl reads such lists: it knows hosts, domains and
/// networks, but neither a port ("host:8443") nor a star ("*.example.com").
std::string no_proxy_for(std::string_view list, const Address& address);

/// The hint for a proxy that wants credentials (407).
inline constexpr const char* proxy_credentials_hint =
    "the proxy asks for credentials, not the server: give them in its address, https_proxy (or http_proxy) = "
    "http://USER:PASSWORD@HOST:PORT";

}  // namespace connector::http
