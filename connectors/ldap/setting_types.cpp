#include "ldap/setting_types.h"

#include <algorithm>
#include <stdexcept>

#include "connector/connector.h"
#include "ldap/libldap.h"

namespace connector::ldap {

std::string directory_address(const std::string& url) {
  LDAPURLDesc* parsed = nullptr;
  const int code = ldap_url_parse(url.c_str(), &parsed);
  const Description owner(parsed);
  const std::string scheme = code == LDAP_URL_SUCCESS && parsed->lud_scheme ? parsed->lud_scheme : "";
  if ((scheme != "ldap" && scheme != "ldaps") || !parsed->lud_host || !*parsed->lud_host) {
    throw std::invalid_argument("must be ldap://host:port or ldaps://host:port");
  }
  LDAPURLDesc address{};
  address.lud_scheme = parsed->lud_scheme;
  address.lud_host = parsed->lud_host;
  address.lud_port = parsed->lud_port;
  address.lud_scope = LDAP_SCOPE_DEFAULT;
  const Text text(ldap_url_desc2str(&address));
  return text.get();
}

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
