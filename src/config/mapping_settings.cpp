// mapping.FIELD settings.
#include <algorithm>
#include <array>
#include <string_view>

#include "config/problem.h"
#include "config/settings.h"
#include "text/text.h"

namespace connector {
namespace {

constexpr std::array<std::string_view, 5> known_keys = {"source", "setting", "hardcoded", "converter", "required"};

// The part between the first and the second dot.
std::string field_name(std::string_view key) {
  key.remove_prefix(mapping_prefix.size());
  return upper_case(trimmed(key.substr(0, key.find('.'))));
}

Json parsed_or_null(std::string_view text) {
  try {
    return parse_json(text);
  } catch (const JsonError&) {
    return nullptr;
  }
}

// Nothing when the text is wrong: then `problem` says why.
std::optional<Json> specification(std::string_view text, std::string& problem) {
  if (text.empty()) {
    problem = "is empty: name a source field, or remove the line";
    return std::nullopt;
  }
  const Json parsed = text.front() == '{' || text.front() == '"' ? parsed_or_null(text) : Json();
  if (parsed.is_object()) return parsed;
  if (text.front() == '{') {
    problem = "begins like JSON but is not valid: check quotes, commas and braces, and comments inside";
    return std::nullopt;
  }
  if (!parsed.is_string()) return Json::object({{"source", std::string(text)}});
  if (parsed.get_ref<const std::string&>().empty()) {
    problem = "is an empty name: name a source field, or remove the line";
    return std::nullopt;
  }
  return Json::object({{"source", parsed}});
}

void check_specification(const Section& section, const Entry& entry, const Json& specification, const Log& log,
                         Problems& problems) {
  for (const auto& [key, value] : specification.items()) {
    if (std::find(known_keys.begin(), known_keys.end(), key) == known_keys.end()) {
      log.warning("{}: section [{}], setting {}: a mapping has no key {}, it is ignored", entry.origin, section.name,
                  entry.key, key);
    } else if ((key == "source" || key == "setting" || key == "converter") && !value.is_string() && !value.is_null()) {
      problems.push_back(problem_with(section, entry.key, "its " + key + " must be a string"));
    }
  }
}

// Of a field given twice the last setting counts, in the first one's place.
void put(FieldSpecifications& fields, const std::string& field, Json specification) {
  const auto known =
      std::find_if(fields.begin(), fields.end(), [&](const auto& other) { return other.first == field; });
  if (known == fields.end()) {
    fields.emplace_back(field, std::move(specification));
  } else {
    known->second = std::move(specification);
  }
}

}  // namespace

FieldSpecifications mapping_settings(const Section& section, const Log& log, Problems& problems) {
  FieldSpecifications fields;
  for (const Entry& entry : section.entries) {
    if (!entry.key.starts_with(mapping_prefix)) continue;
    const std::string field = field_name(entry.key);
    std::string problem = field.empty() ? "names no field: write mapping.FIELD" : "";
    std::optional<Json> made = problem.empty() ? specification(trimmed(entry.value), problem) : std::nullopt;
    if (!made) {
      problems.push_back(problem_with(section, entry.key, problem));
      continue;
    }
    check_specification(section, entry, *made, log, problems);
    put(fields, field, std::move(*made));
  }
  return fields;
}

}  // namespace connector
