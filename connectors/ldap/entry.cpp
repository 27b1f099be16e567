#include "ldap/entry.h"

#include <fmt/format.h>
#include <unicase.h>
#include <unistr.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "ldap/identifiers.h"

namespace connector::ldap {
namespace {

const std::string binary = "*BINARY*";
const std::string guid_source = "objectGUID_text";

/// Attributes whose values are bytes, even where these happen to be UTF-8.
constexpr std::string_view binary_attributes[] = {"objectGUID",
                                                  "jpegPhoto",
                                                  "thumbnailPhoto",
                                                  "thumbnailLogo",
                                                  "photo",
                                                  "audio",
                                                  "userCertificate",
                                                  "userSMIMECertificate",
                                                  "userPKCS12",
                                                  "cACertificate",
                                                  "crossCertificatePair",
                                                  "authorityRevocationList",
                                                  "certificateRevocationList",
                                                  "deltaRevocationList",
                                                  "sIDHistory",
                                                  "tokenGroups",
                                                  "securityIdentifier",
                                                  "nTSecurityDescriptor",
                                                  "logonHours",
                                                  "mS-DS-ConsistencyGuid",
                                                  "msExchMailboxGuid",
                                                  "msExchArchiveGUID",
                                                  "msDS-GenerationId",
                                                  "dnsRecord"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

bool is_utf8(std::string_view text) {
  return u8_check(bytes_of(text), text.size()) == nullptr;
}

bool is_text(std::string_view value) {
  return is_utf8(value) && value.find('\0') == std::string_view::npos;
}

bool is_binary(std::string_view type) {
  constexpr std::size_t shortest_name = 5;
  return type.size() >= shortest_name &&
         std::ranges::any_of(binary_attributes, [&](std::string_view known) { return same_name(known, type); });
}

Json value_of(std::string_view name, std::vector<std::string> values) {
  const std::string_view type = parse_attribute_name(name).type;
  if (values.empty()) return "";
  if (same_name(type, "objectSid")) return sid_text(values.front()).value_or(binary);
  if (same_name(type, "memberOf")) {
    if (std::ranges::all_of(values, is_text)) return values;
    return binary;
  }
  return !is_binary(type) && is_text(values.front()) ? std::move(values.front()) : binary;
}

/// The attributes by their types: the parts of a range together; of others with the same type the one without options,
/// or with the first.
std::vector<Attribute> without_options(std::vector<Attribute> attributes) {
  if (std::ranges::none_of(attributes, &Attribute::has_options)) return attributes;
  std::vector<Attribute> merged;
  merged.reserve(attributes.size());
  for (Attribute& attribute : attributes) {
    const AttributeName name = parse_attribute_name(attribute.name);
    const auto same =
        std::ranges::find_if(merged, [&](const Attribute& one) { return same_name(one.name, name.type); });
    if (same == merged.end()) {
      merged.push_back({std::string(name.type), std::move(attribute.values)});
    } else if (name.is_range) {
      same->values.insert(same->values.end(), attribute.values.begin(), attribute.values.end());
    } else if (name.type.size() == attribute.name.size() && !attribute.values.empty()) {
      same->values = std::move(attribute.values);
    }
  }
  return merged;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return a == b || std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

AttributeName parse_attribute_name(std::string_view name) {
  constexpr std::string_view option = ";range=";
  const std::size_t end = name.find(';');
  if (end == std::string_view::npos) return {.type = name, .next = {}};
  AttributeName parsed{.type = name.substr(0, end), .next = {}};
  const std::string_view range = name.substr(end);
  const std::size_t dash = range.find('-');
  if (!same_name(range.substr(0, option.size()), option) || dash == std::string_view::npos) return parsed;
  const std::string_view high = range.substr(dash + 1);
  std::size_t last = 0;
  const auto [rest, error] = std::from_chars(high.data(), high.data() + high.size(), last);
  const bool is_number = error == std::errc() && rest == high.data() + high.size();
  parsed.is_range = is_number || high == "*";
  if (is_number) parsed.next = last + 1;
  return parsed;
}

std::vector<std::string> spellings(const std::vector<std::string>& sources) {
  std::vector<std::string> names;
  const auto add = [&names](const std::string& name) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const std::string& source : sources) {
    add(source);
    const bool oid = !source.empty() && source.front() >= '0' && source.front() <= '9';
    if (!oid) add(source.substr(0, source.find('.')));
  }
  return names;
}

std::vector<std::string> attributes_to_ask(const std::vector<std::string>& spellings) {
  std::vector<std::string> names;
  for (const std::string& spelling : spellings) {
    const std::string name = same_name(spelling, guid_source) ? "objectGUID" : spelling;
    if (std::ranges::none_of(names, [&](const std::string& other) { return same_name(name, other); })) {
      names.push_back(name);
    }
  }
  return names;
}

Json record_of(DirectoryEntry entry, const std::vector<std::string>& spellings) {
  Json record = Json::object();
  record.get_ref<Json::object_t&>().reserve(entry.attributes.size());
  // Takes the value away when a spelling has the name.
  const auto set = [&](const std::string& name, Json& value) {
    const auto same = [&](const std::string& spelling) { return same_name(spelling, name); };
    auto spelling = std::ranges::find_if(spellings, same);
    const bool mapped = spelling != spellings.end();
    while (spelling != spellings.end()) {
      const auto next = std::find_if(spelling + 1, spellings.end(), same);
      record[*spelling] = next == spellings.end() ? std::move(value) : value;
      spelling = next;
    }
    return mapped;
  };
  for (const Attribute& attribute : entry.attributes) {
    if (!attribute.has_options()) continue;
    Json value = value_of(attribute.name, attribute.values);
    set(attribute.name, value);
  }
  for (Attribute& attribute : without_options(std::move(entry.attributes))) {
    const bool is_guid = same_name(attribute.name, "objectGUID") && !attribute.values.empty();
    Json guid = is_guid ? Json(guid_text(attribute.values.front()).value_or(binary)) : Json();
    Json value = value_of(attribute.name, std::move(attribute.values));
    if (!set(attribute.name, value)) record[attribute.name] = std::move(value);
    if (is_guid) set(guid_source, guid);
  }
  return record;
}

std::string folded(const std::string& text) {
  if (!is_utf8(text)) return text;
  std::size_t size = 0;
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> folded(
      u8_casefold(bytes_of(text), text.size(), nullptr, nullptr, nullptr, &size), &std::free);
  return folded ? std::string(reinterpret_cast<const char*>(folded.get()), size) : text;
}

}  // namespace connector::ldap
