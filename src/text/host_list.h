#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/ip_address.h"

namespace connector {

/// Hosts as an administrator lists them: names, "*.example.com" for all names below that one, addresses, networks
/// ("10.0.0.0/8"), and "*" for every host.
class HostList {
 public:
  /// Throws std::invalid_argument that says what an entry must be.
  void add(std::string_view entry);

  /// Whether every host is listed: by "*", or because the list is empty.
  bool has_all() const { return has_star_ || (names_.empty() && networks_.empty()); }
  /// Whether the list is empty.
  bool empty() const { return !has_star_ && has_all(); }
  /// By an entry of its own, and by its name alone. host: in any case, with or without a dot at its end.
  bool has_name(std::string_view host) const;
  bool has_address(const IpAddress& address) const;
  /// Whether a host may be listed by its address.
  bool has_addresses() const { return !networks_.empty(); }

 private:
  bool has_star_ = false;
  std::vector<std::string> names_;  ///< lower case; ".example.com": the names below
  std::vector<IpNetwork> networks_;
};

/// localhost and the names below it (RFC 6761, 6.3), or an address of this machine.
bool is_this_machine(std::string_view host);

}  // namespace connector
