#include "ldap/entry.h"

#include <fmt/format.h>
#include <unicase.h>
#include <unistr.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace connector {
namespace {

const std::string binary = "*BINARY*";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

bool is_utf8(std::string_view text) {
  return u8_check(bytes_of(text), text.size()) == nullptr;
}

Json value_of(const Attribute& attribute) {
  if (attribute.values.empty()) return "";
  if (same_name(attribute.name, "objectSid")) return sid_text(attribute.values.front()).value_or(binary);
  if (same_name(attribute.name, "memberOf")) {
    if (std::ranges::all_of(attribute.values, is_utf8)) return attribute.values;
    return binary;
  }
  return is_utf8(attribute.values.front()) ? attribute.values.front() : binary;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
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
  for (const std::string& name : spellings) {
    if (std::ranges::none_of(names, [&](const std::string& other) { return same_name(name, other); })) {
      names.push_back(name);
    }
  }
  return names;
}

Json record_of(const DirectoryEntry& entry, const std::vector<std::string>& spellings) {
  Json record = Json::object();
  for (const Attribute& attribute : entry.attributes) {
    const Json value = value_of(attribute);
    bool mapped = false;
    for (const std::string& spelling : spellings) {
      if (!same_name(spelling, attribute.name)) continue;
      record[spelling] = value;
      mapped = true;
    }
    if (!mapped) record[attribute.name] = value;
  }
  return record;
}

std::optional<std::string> sid_text(std::string_view bytes) {
  const auto byte = [bytes](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(bytes[i])}; };
  if (bytes.size() < 8 || bytes.size() < 8 + 4 * byte(1)) return std::nullopt;

  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < 8; ++i) authority = authority << 8 | byte(i);
  std::string text = fmt::format("S-{}-{}", byte(0), authority);
  for (std::size_t part = 8; part < 8 + 4 * byte(1); part += 4) {
    text += fmt::format("-{}", byte(part) | byte(part + 1) << 8 | byte(part + 2) << 16 | byte(part + 3) << 24);
  }
  return text;
}

std::string folded(const std::string& text) {
  if (!is_utf8(text)) return text;
  std::size_t size = 0;
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> folded(
      u8_casefold(bytes_of(text), text.size(), nullptr, nullptr, nullptr, &size), &std::free);
  return folded ? std::string(reinterpret_cast<const char*>(folded.get()), size) : text;
}

}  // namespace connector
