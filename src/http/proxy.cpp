#include "http/proxy.h"

#include <algorithm>
#include <optional>

#include "text/text.h"

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

}  // namespace

std::string no_proxy_for(std::string_view list, const Address& address) {
  constexpr std::string_view separators = ", \t";
  std::string known;
  while (!list.empty()) {
    const std::size_t begin = std::min(list.find_first_not_of(separators), list.size());
    const std::size_t end = std::min(list.find_first_of(separators, begin), list.size());
    const std::string_view entry = list.substr(begin, end - begin);
    list.remove_prefix(end);
    if (entry == "*") return "*";
    const std::optional<std::string> host = without_port(entry, address.port);
    if (!host || host->empty()) continue;
    known += (known.empty() ? "" : ",") + ascii_host(host->starts_with("*.") ? host->substr(1) : *host);
  }
  return known;
}

}  // namespace connector::http
