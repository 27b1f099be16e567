#include "ldap/setting_types.h"

#include <algorithm>
#include <stdexcept>

#include "connector/connector.h"
#include "ldap/directory.h"

namespace connector::ldap {

void parse_setting(const std::string& text, DirectoryUrl& value) {
  value.address = directory_address(text);
}

void parse_setting(const std::string& text, Filter& value) {
  if (!is_filter(text)) throw std::invalid_argument("must be an LDAP filter (RFC 4515) such as (objectClass=person)");
  value.text = parenthesized(text);
}

void parse_setting(const std::string& text, MemberFilter& value) {
  value.made = FilterTemplate(text);
  if (!value.made.empty() && !is_filter(value.made.with("x"))) {
    throw std::invalid_argument("must be an LDAP filter (RFC 4515) with {} for the member's value, such as (uid={})");
  }
}

void parse_setting(const std::string& text, GroupDns& value) {
  const auto is_text = [](const Json& item) { return item.is_string(); };
  Json list;
  connector::parse_setting(text, list);
  if (!list.is_array() || !std::ranges::all_of(list, is_text)) {
    throw std::invalid_argument(R"(must be a JSON list of strings such as ["cn=it,ou=groups,dc=example,dc=com"])");
  }
  value.values = list.get<std::vector<std::string>>();
}

}  // namespace connector::ldap
