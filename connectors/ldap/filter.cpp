#include "ldap/filter.h"

#include <fmt/format.h>
#include <ldap.h>

#include <stdexcept>

namespace connector::ldap {

std::string escaped_filter_value(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '*' || c == '(' || c == ')' || c == '\\' || c == '\0') {
      text += fmt::format("\\{:02x}", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
  return text;
}

std::string parenthesized(const std::string& filter) {
  return filter.starts_with('(') ? filter : "(" + filter + ")";
}

FilterTemplate::FilterTemplate(std::string_view text) {
  while (!text.empty()) {
    if (text.starts_with("{{") || text.starts_with("}}")) {
      pieces_.back() += text.front();
      text.remove_prefix(2);
    } else if (text.starts_with("{}") || text.starts_with("{0}")) {
      pieces_.emplace_back();
      text.remove_prefix(text.find('}') + 1);
    } else if (text.front() == '{' || text.front() == '}') {
      throw std::invalid_argument("a brace must be {} or {0} for the member's value, or {{ or }} for itself");
    } else {
      pieces_.back() += text.front();
      text.remove_prefix(1);
    }
  }
}

std::string FilterTemplate::with(std::string_view value) const {
  const std::string escaped = escaped_filter_value(value);
  std::string filter = pieces_.front();
  for (std::size_t i = 1; i < pieces_.size(); ++i) filter += escaped + pieces_[i];
  return parenthesized(filter);
}

bool is_filter(const std::string& text) {
  // libldap has no public function that only parses a filter. A search encodes it before it connects, and this one has
  // nowhere to connect to.
  LDAP* created = nullptr;
  if (ldap_initialize(&created, "ldapi://%2Fdev%2Fnull%2Fnowhere") != LDAP_SUCCESS) return true;
  int id = 0;
  const int code =
      ldap_search_ext(created, "", LDAP_SCOPE_BASE, text.c_str(), nullptr, 0, nullptr, nullptr, nullptr, 0, &id);
  ldap_unbind_ext(created, nullptr, nullptr);
  return code != LDAP_FILTER_ERROR;
}

}  // namespace connector::ldap
