#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "platform/ip_address.h"

namespace connector {
namespace {

constexpr std::size_t mapped_prefix = 12;  // bytes before an address of version 4

IpAddress mapped(const void* four_bytes) {
  IpAddress address{.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};
  std::memcpy(address.bytes.data() + mapped_prefix, four_bytes, 4);
  return address;
}

IpAddress from_version_6(const void* sixteen_bytes) {
  IpAddress address;
  std::memcpy(address.bytes.data(), sixteen_bytes, address.bytes.size());
  static const IpNetwork translated{.address = {{0, 0x64, 0xff, 0x9b}}, .bits = 96};
  return translated.contains(address) ? mapped(address.bytes.data() + mapped_prefix) : address;
}

bool is_version_4(const IpAddress& address) {
  static const IpNetwork version_4{.address = mapped("\0\0\0\0"), .bits = 96};
  return version_4.contains(address);
}

IpNetwork network(const char* text) {
  return *parse_ip_network(text);
}

template <std::size_t count>
bool is_in_one_of(const std::array<IpNetwork, count>& networks, const IpAddress& address) {
  return std::any_of(networks.begin(), networks.end(), [&](const IpNetwork& each) { return each.contains(address); });
}

}  // namespace

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool is_short = is_version_4(*this);
  ::inet_ntop(is_short ? AF_INET : AF_INET6, bytes.data() + (is_short ? mapped_prefix : 0), text.data(), text.size());
  return text.data();
}

std::optional<IpAddress> parse_ip_address(std::string text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) return mapped(&four);
  in6_addr six{};
  text.erase(std::min(text.find('%'), text.size()));  // the zone: an interface of this machine
  if (::inet_pton(AF_INET6, text.c_str(), &six) == 1) return from_version_6(&six);
  return std::nullopt;
}

std::optional<IpAddress> ip_address_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address, sizeof four);
    return mapped(&four.sin_addr);
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 six{};
  std::memcpy(&six, &address, sizeof six);
  return from_version_6(&six.sin6_addr);
}

bool IpNetwork::contains(const IpAddress& other) const {
  const std::size_t whole = bits / 8;
  const auto differs = [&](std::size_t i) { return address.bytes.at(i) ^ other.bytes.at(i); };
  for (std::size_t i = 0; i < whole; ++i) {
    if (differs(i) != 0) return false;
  }
  return bits % 8 == 0 || differs(whole) >> (8 - bits % 8) == 0;
}

std::optional<IpNetwork> parse_ip_network(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::optional<IpAddress> address = parse_ip_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string::npos) return IpNetwork{.address = *address};
  const bool is_short = text.find(':') == std::string::npos;
  unsigned bits = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, bits);
  if (error != std::errc() || rest != end || bits > (is_short ? 32U : 128U)) return std::nullopt;
  return IpNetwork{.address = *address, .bits = bits + (is_short ? 96 : 0)};
}

bool is_loopback(const IpAddress& address) {
  static const std::array networks = {network("127.0.0.0/8"), network("0.0.0.0/8"), network("::1"), network("::")};
  return is_in_one_of(networks, address);
}

bool is_link_local(const IpAddress& address) {
  static const std::array networks = {network("169.254.0.0/16"), network("fe80::/10"), network("fd00:ec2::/32")};
  return is_in_one_of(networks, address);
}

}  // namespace connector
