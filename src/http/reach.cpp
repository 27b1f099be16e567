#include "http/reach.h"

#include <fmt/format.h>

namespace connector::http {
namespace {

std::string not_listed(const std::string& host) {
  return host + " is not called: it is not in allow_hosts";
}

std::string on_this_machine(const std::string& host, const std::string& address) {
  return fmt::format("{} is not called: {} is this machine; to permit that, list {} in allow_hosts", host,
                     host == address ? "it" : address, address);
}

}  // namespace

std::string ReachGuard::refusal(const std::string& host, bool by_name_alone) const {
  if (const auto address = parse_ip_address(host)) return refusal(host, *address);
  const bool is_listed = reach_.hosts.has_name(host);
  if (is_this_machine(host) && !reach_.loopback && !is_listed && !reach_.hosts.has_addresses()) {
    return on_this_machine(host, host);
  }
  const bool may_be_listed = !by_name_alone && reach_.hosts.has_addresses();
  return reach_.hosts.has_all() || is_listed || may_be_listed ? "" : not_listed(host);
}

std::string ReachGuard::refusal(const std::string& host, const IpAddress& address) const {
  if (is_link_local(address)) {
    return fmt::format("{} is not called: {} is where clouds hand out credentials of their machines", host,
                       address.text());
  }
  const bool is_listed = reach_.hosts.has_address(address);
  const bool is_named = reach_.hosts.has_name(host);
  if (is_loopback(address) && !reach_.loopback && !is_listed && !(is_named && is_this_machine(host))) {
    return on_this_machine(host, address.text());
  }
  return reach_.hosts.has_all() || is_listed || is_named ? "" : not_listed(host);
}

}  // namespace connector::http
