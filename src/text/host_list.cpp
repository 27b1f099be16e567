#include "text/host_list.h"

#include <algorithm>
#include <stdexcept>

#include "text/text.h"

namespace connector {
namespace {

std::string name_of(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return ascii_lower_case(std::string(host));
}

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string_view::npos &&
         text.find("..") == std::string_view::npos;
}

bool is_below(std::string_view host, std::string_view domain) {
  return host.size() > domain.size() && host.ends_with(domain);
}

}  // namespace

void HostList::add(std::string_view entry) {
  if (entry == "*") {
    has_star_ = true;
    return;
  }
  if (const auto network = parse_ip_network(std::string(entry))) {
    networks_.push_back(*network);
    return;
  }
  const std::string name = name_of(entry.starts_with("*.") ? entry.substr(1) : entry);
  if (!is_name(name) || (name.starts_with('.') && !entry.starts_with('*'))) {
    throw std::invalid_argument(
        "must list hosts, separated by commas: host.example.com, *.example.com, 192.0.2.7, 10.0.0.0/8; without a "
        "scheme, port or path, and names beyond ASCII as xn--…");
  }
  names_.push_back(name);
}

bool HostList::has_name(std::string_view host) const {
  const std::string name = name_of(host);
  return std::any_of(names_.begin(), names_.end(), [&](const std::string& listed) {
    return listed.front() == '.' ? is_below(name, listed) : name == listed;
  });
}

bool HostList::has_address(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const IpNetwork& network) { return network.contains(address); });
}

bool is_this_machine(std::string_view host) {
  if (const auto address = parse_ip_address(std::string(host))) return is_loopback(*address);
  const std::string name = name_of(host);
  return name == "localhost" || is_below(name, ".localhost");
}

}  // namespace connector
