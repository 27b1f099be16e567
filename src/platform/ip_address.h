#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

struct sockaddr;

namespace connector {

/// An address of the Internet Protocol. One of version 4 has its form of version 6: ::ffff:192.0.2.1 (RFC
/// 4291, 2.5.5.2).
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  /// As it is usually written.
  std::string text() const;
};

/// "192.0.2.1", "2001:db8::1" or "[2001:db8::1]". Nothing for other strings. An address of version 4 that stands in one
/// of version 6 for a translator (64:ff9b::/96, RFC 6052) is taken out of it.
std::optional<IpAddress> parse_ip_address(std::string text);

/// The address of a socket. Nothing for other kinds than those of the Internet Protocol.
std::optional<IpAddress> ip_address_of(const sockaddr& address);

/// Addresses that begin alike.
struct IpNetwork {
  IpAddress address;
  unsigned bits = 128;  ///< that are alike

  bool contains(const IpAddress& other) const;
};

/// "192.0.2.0/24", "2001:db8::/32", or an address alone. Nothing for other strings.
std::optional<IpNetwork> parse_ip_network(const std::string& text);

/// Of the machine itself: 127.0.0.0/8, ::1, and what the system connects to it as well, 0.0.0.0/8 and ::.
bool is_loopback(const IpAddress& address);

/// Where clouds hand out a machine's own credentials: 169.254.0.0/16 and fe80::/10 (link-local), fd00:ec2::/32 (AWS).
bool is_link_local(const IpAddress& address);

}  // namespace connector
