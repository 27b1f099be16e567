#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/address.h"

namespace connector::http {

/// The proxies that the environment names. Empty: none.
struct Proxies {
  std::string http;
  std::string https;
  std::string exceptions;  ///< NO_PROXY
};

Proxies proxies_of_environment();

/// What the variables for proxies hold, right or wrong: with passwords.
std::vector<std::string> proxy_addresses();

/// The proxy of requests to an address; empty when they go there directly.
std::string proxy_for(const Proxies& proxies, const Address& address);

/// Whether the list in NO_PROXY holds for an address: hosts with or without a port ("host:8443"), domains
/// ("example.com", ".example.com" and "*.example.com" alike), addresses, networks, "*".
bool is_exempt(std::string_view list, const Address& address);

/// The hint for a proxy that wants credentials (407).
inline constexpr const char* proxy_credentials_hint =
    "the proxy asks for credentials, not the server: give them in its address, https_proxy (or http_proxy) = "
    "http://USER:PASSWORD@HOST:PORT";

}  // namespace connector::http
