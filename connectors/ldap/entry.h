#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/json.h"

namespace connector::ldap {

/// An attribute as the server returns it; values are bytes.
struct Attribute {
  std::string name;
  std::vector<std::string> values;

  bool has_options() const { return name.find(';') != std::string::npos; }
};

struct DirectoryEntry {
  std::string dn;
  std::vector<Attribute> attributes;
};

/// What an attribute's name says (RFC 4512, 2.5): its type, and options behind semicolons.
struct AttributeName {
  std::string_view type = {};
  bool is_range = false;                 ///< Active Directory's type;range=0-1499: a part of many values
  std::optional<std::size_t> next = {};  ///< where the next part begins; nothing when this is the last
};

AttributeName parse_attribute_name(std::string_view name);

/// Whether two names are the same: letters' case does not matter (RFC 4512). Names are ASCII.
bool same_name(std::string_view a, std::string_view b);

/// The names under which a mapping looks for attributes: its sources, and of a dotted name also what is before the
/// first dot, unless the name is an OID. Each spelling once.
std::vector<std::string> spellings(const std::vector<std::string>& sources);

/// The attributes to ask for: the spellings without those that differ in case only (RFC 4511 allows each name once);
/// objectGUID for objectGUID_text.
std::vector<std::string> attributes_to_ask(const std::vector<std::string>& spellings);

/// The entry as a record: each attribute under every spelling of its name, else under the server's without options.
/// objectGUID_text among the spellings is the text form of objectGUID.
Json record_of(DirectoryEntry entry, const std::vector<std::string>& spellings);

/// A string in which letters' case no longer matters, for comparing DNs. Bytes that are no UTF-8 stay as they are.
std::string folded(const std::string& text);

}  // namespace connector::ldap
