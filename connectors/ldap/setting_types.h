// Kinds of settings that directories have.
#pragma once

#include <string>
#include <vector>

#include "ldap/filter.h"

namespace connector::ldap {

/// Scheme, host and port of an LDAP server.
struct DirectoryUrl {
  std::string address;
};
void parse_setting(const std::string& text, DirectoryUrl& value);

/// The address that counts of an LDAP URL: scheme, host and port. Throws std::invalid_argument for anything but an
/// ldap:// or ldaps:// URL with a host.
std::string directory_address(const std::string& url);

/// A search filter, in parentheses.
struct Filter {
  std::string text = "(objectClass=*)";
};
void parse_setting(const std::string& text, Filter& value);

/// The filter that finds a member; empty: none.
struct MemberFilter {
  FilterTemplate made;
};
void parse_setting(const std::string& text, MemberFilter& value);

/// Names of groups.
struct GroupDns {
  std::vector<std::string> values;
};
void parse_setting(const std::string& text, GroupDns& value);

}  // namespace connector::ldap
