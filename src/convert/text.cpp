// The converters that turn a string into another.
#include <charconv>
#include <optional>

#include "convert/builtin.h"
#include "text/text.h"

namespace connector {
namespace {

using Parts = std::vector<std::string_view>;

Parts split_at(std::string_view text, std::string_view separator) {
  Parts parts;
  for (std::size_t found = text.find(separator); found != std::string_view::npos; found = text.find(separator)) {
    parts.push_back(text.substr(0, found));
    text.remove_prefix(found + separator.size());
  }
  parts.push_back(text);
  return parts;
}

Parts split_at_white_space(std::string_view text) {
  Parts parts;
  for (text = without_blanks(text); !text.empty();) {
    std::size_t end = 0;
    while (end < text.size() && leading_space(text.substr(end)) == 0) ++end;
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end);
    while (const std::size_t length = leading_space(text)) text.remove_prefix(length);
  }
  return parts;
}

std::optional<std::int64_t> integer(const Json& parameter) {
  if (parameter.is_number_integer()) return parameter.get<std::int64_t>();
  const std::string* text = string_in(parameter);
  if (!text) return std::nullopt;
  const std::string ascii = with_ascii_digits(without_blanks(*text));
  std::string_view digits = ascii;
  if (digits.size() > 1 && digits.front() == '+' && digits[1] != '-') digits.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// The part at the index, counted from the end when it is negative; nothing when there is none.
std::optional<std::string_view> part_at(const Parts& parts, std::int64_t index) {
  const auto count = static_cast<std::int64_t>(parts.size());
  if (index < 0) index += count;
  if (index < 0 || index >= count) return std::nullopt;
  return parts[static_cast<std::size_t>(index)];
}

/// The same of what stands between separators; from the front, which is what most ask for, without a list.
std::optional<std::string_view> part_at(std::string_view text, std::string_view separator, std::int64_t index) {
  if (index < 0) return part_at(split_at(text, separator), index);
  for (; index > 0; --index) {
    const std::size_t found = text.find(separator);
    if (found == std::string_view::npos) return std::nullopt;
    text.remove_prefix(found + separator.size());
  }
  return text.substr(0, text.find(separator));
}

}  // namespace

ConvertedText capitalize_text(std::string_view text, const Parameters&) {
  return capitalized(std::string(text));
}

ConvertedText split_text(std::string_view text, const Parameters& parameters) {
  const Json* on = parameters.find("on");
  const std::string* separator = on ? string_in(*on) : nullptr;
  if (on && (!separator || separator->empty())) return text;
  const Json* index_parameter = parameters.find("index");
  const std::optional<std::int64_t> index = index_parameter ? integer(*index_parameter) : 0;
  if (!index) return text;
  const auto part = separator ? part_at(text, *separator, *index) : part_at(split_at_white_space(text), *index);
  return part.value_or(text);
}

ConvertedText split_email_text(std::string_view text, const Parameters&) {
  return text.substr(0, text.find('@'));
}

ConvertedText first_from_full_text(std::string_view text, const Parameters&) {
  return text.substr(0, text.find(' '));
}

ConvertedText last_from_full_text(std::string_view text, const Parameters&) {
  return text.substr(text.rfind(' ') + 1);  // npos + 1 is 0: all of it
}

ConvertedText uber_manager_text(std::string_view text, const Parameters&) {
  constexpr std::string_view prefix = "uid=";
  if (text.empty()) return nullptr;
  if (!text.starts_with(prefix)) return text;
  const std::string_view name = text.substr(prefix.size(), text.find(',') - prefix.size());
  return name.empty() ? text : name;
}

ConvertedText uber_position_text(std::string_view text, const Parameters&) {
  return std::string_view(text.ends_with("@uber.com") ? "Employee" : "Contractor");
}

Json unchanged(const Conversion& conversion) {
  return conversion.value;
}

Json empty_or_error(const Conversion& conversion) {
  return is_empty(conversion.value) ? conversion.value : Json(required_text(conversion.value));
}

Json uber_manager(const Conversion& conversion) {
  return is_empty(conversion.value) ? Json() : Json(required_text(conversion.value));
}

Json uber_position(const Conversion& conversion) {
  return is_empty(conversion.value) ? "Contractor" : required_text(conversion.value);
}

Json member_of(const Conversion& conversion) {
  const Json& value = conversion.value;
  const std::string* text = string_in(value);
  if (!text && !value.is_array() && !value.is_object()) return nullptr;
  const auto holds = [&](const std::string& name) {
    if (text) return !text->empty() && text->find(name) != std::string::npos;
    if (value.is_object()) return find_member(value, name) != nullptr;
    for (const Json& item : value) {
      if (const std::string* group = string_in(item); group && *group == name) return true;
    }
    return false;
  };
  for (const auto& [name, result] : conversion.parameters) {
    if (name != "default" && holds(name)) return result;
  }
  const Json* default_value = conversion.parameters.find("default");
  return default_value ? *default_value : Json();
}

}  // namespace connector
