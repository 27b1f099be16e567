#include "casper/subsets.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "connector/http.h"

namespace connector::casper {
namespace {

/// The parts of a record that are looked for in Python code.
constexpr std::string_view parts[] = {
    "general",
    "location",
    "purchasing",
    "peripherals",
    "hardware",
    "certificates",
    "security",
    "software",
    "applications",
    "network",
    "extension_attributes",
    "groups_accounts",
    "configuration_profiles",
    "provisioning_profiles",
    "mobile_device_groups",
};

bool is_part(std::string_view word) {
  return std::find(std::begin(parts), std::end(parts), word) != std::end(parts);
}

/// The part of a record that a converter reads beside its field's source. Empty for other names.
std::string_view part_read_by(std::string_view converter) {
  if (converter == "casper_extension_attribute" || converter == "cae") return "extension_attributes";
  if (converter == "mac_model_from_sn") return "general";
  return {};
}

/// extension_attributes -> ExtensionAttributes
std::string subset_name(std::string_view part) {
  std::string name;
  bool is_first = true;
  for (const char character : part) {
    if (character == '_') {
      is_first = true;
      continue;
    }
    name += is_first && character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A') : character;
    is_first = false;
  }
  return name;
}

bool belongs_to_word(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || (character & 0x80) != 0;
}

std::vector<std::string_view> words_of(std::string_view code) {
  std::vector<std::string_view> words;
  for (auto at = code.begin(); at != code.end();) {
    const auto begin = std::find_if(at, code.end(), belongs_to_word);
    at = std::find_if_not(begin, code.end(), belongs_to_word);
    if (begin != at) words.emplace_back(begin, at);
  }
  return words;
}

}  // namespace

std::string subsets(const std::vector<std::string>& sources, const std::vector<std::string>& converters,
                    const std::string& code) {
  std::set<std::string> names;  // sorted by code point
  const auto add = [&](std::string_view part) {
    if (const std::string name = subset_name(part); !name.empty()) names.insert(name);
  };
  for (const std::string& source : sources) add(std::string_view(source).substr(0, source.find('.')));
  for (const std::string& converter : converters) add(part_read_by(converter));
  for (const std::string_view word : words_of(code)) {
    if (is_part(word)) add(word);
    add(part_read_by(word));
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "&") + percent_encoded(name);
  return text;
}

}  // namespace connector::casper
