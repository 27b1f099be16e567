#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace connector {

/// What the keys of mappings begin with: mapping.FIELD.
inline constexpr std::string_view mapping_prefix = "mapping.";

/// A key and its text as configured, with the place for messages: "/srv/config.ini:12" or "LDAP_URL".
struct Entry {
  std::string key;  ///< lower case
  std::string value;
  std::string origin;
  std::string problem = {};  ///< why the value could not be read; empty: it could
};

/// A name and its raw values, from the ini file or the environment alike. Each key occurs once.
struct Section {
  std::string name;    ///< as written: "netbox", "ldap.Contractors", "oomnitza", "converters"
  std::string origin;  ///< where it begins
  std::vector<Entry> entries = {};

  /// Nothing (nullptr) when the section does not have the key.
  const Entry* find(std::string_view key) const;
  /// The name's part before the first dot.
  std::string connector() const;
};

/// Whether a section of this name belongs to an integration that Oomnitza describes: managed.12, managed_reports.7.
bool is_integration(std::string_view section_name);

}  // namespace connector
