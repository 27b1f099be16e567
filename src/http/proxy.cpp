#include "http/proxy.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <stdexcept>

#include "platform/environment.h"
#include "text/host_list.h"

namespace connector::http {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A host without its port. Nothing when the port is another one. "::1" has none, "[::1]:8080" does.
std::optional<std::string> without_port(std::string_view entry, const std::string& port) {
  const bool has_brackets = entry.starts_with('[');
  const std::size_t end = has_brackets ? entry.find(']') : entry.find(':');
  const std::string_view host = entry.substr(0, end).substr(has_brackets ? 1 : 0);
  std::string_view rest = end == std::string_view::npos ? "" : entry.substr(end + (has_brackets ? 1 : 0));
  if (!rest.starts_with(':') || !is_number(rest.substr(1))) return std::string(has_brackets ? host : entry);
  return rest.substr(1) == port ? std::optional(std::string(host)) : std::nullopt;
}

/// The first of these variables that is not empty.
std::string first_of(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::string value = environment_variable(name); !value.empty()) return value;
  }
  return {};
}

/// A name stands for the names below it, too; what is none and no address is not looked at.
void add_exception(HostList& list, const std::string& host) {
  std::string name = ascii_host(host);
  name.erase(0, name.starts_with("*.") ? 2 : (name.starts_with('.') ? 1 : 0));
  try {
    list.add(name);
    if (!parse_ip_network(name)) list.add("*." + name);
  } catch (const std::invalid_argument&) {
    return;
  }
}

}  // namespace

bool is_exempt(std::string_view list, const Address& address) {
  constexpr std::string_view separators = ", \t";
  HostList exceptions;
  while (!list.empty()) {
    const std::size_t begin = std::min(list.find_first_not_of(separators), list.size());
    const std::size_t end = std::min(list.find_first_of(separators, begin), list.size());
    const std::string_view entry = list.substr(begin, end - begin);
    list.remove_prefix(end);
    if (entry == "*") return true;
    const std::optional<std::string> host = without_port(entry, address.port);
    if (host && !host->empty()) add_exception(exceptions, *host);
  }
  const std::optional<IpAddress> ip = parse_ip_address(address.host);
  return ip ? exceptions.has_address(*ip) : exceptions.has_name(address.host);
}

Proxies proxies_of_environment() {
  return {.http = first_of({"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}),
          .https = first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}),
          .exceptions = first_of({"no_proxy", "NO_PROXY"})};
}

std::vector<std::string> proxy_addresses() {
  std::vector<std::string> addresses;
  for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    addresses.push_back(environment_variable(name));
  }
  return addresses;
}

std::string proxy_for(const Proxies& proxies, const Address& address) {
  const std::string& proxy = address.scheme == "https" ? proxies.https : proxies.http;
  return proxy.empty() || is_exempt(proxies.exceptions, address) ? "" : proxy;
}

}  // namespace connector::http
