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

}  // namespace

Json capitalize(const Conversion& conversion) {
  const std::string* text = string_in(conversion.value);
  return text ? Json(capitalized(*text)) : conversion.value;
}

Json split(const Conversion& conversion) {
  const std::string* text = string_in(conversion.value);
  if (!text) return conversion.value;
  const Json* on = conversion.parameters.find("on");
  const std::string* separator = on ? string_in(*on) : nullptr;
  if (on && (!separator || separator->empty())) return conversion.value;
  const Json* index_parameter = conversion.parameters.find("index");
  const std::optional<std::int64_t> index = index_parameter ? integer(*index_parameter) : 0;
  if (!index) return conversion.value;
  const Parts parts = separator ? split_at(*text, *separator) : split_at_white_space(*text);
  const std::optional<std::string_view> part = part_at(parts, *index);
  return part ? Json(std::string(*part)) : conversion.value;
}

Json split_email(const Conversion& conversion) {
  if (is_empty(conversion.value)) return conversion.value;
  const std::string& text = required_text(conversion.value);
  return text.substr(0, text.find('@'));
}

Json first_from_full(const Conversion& conversion) {
  if (is_empty(conversion.value)) return conversion.value;
  const std::string& text = required_text(conversion.value);
  return text.substr(0, text.find(' '));
}

Json last_from_full(const Conversion& conversion) {
  if (is_empty(conversion.value)) return conversion.value;
  const std::string& text = required_text(conversion.value);
  return text.substr(text.rfind(' ') + 1);  // npos + 1 is 0: all of it
}

Json uber_manager(const Conversion& conversion) {
  if (is_empty(conversion.value)) return nullptr;
  const std::string& text = required_text(conversion.value);
  constexpr std::string_view prefix = "uid=";
  if (!text.starts_with(prefix)) return text;
  const std::string name = text.substr(prefix.size(), text.find(',') - prefix.size());
  return name.empty() ? text : name;
}

Json uber_position(const Conversion& conversion) {
  const bool is_employee = !is_empty(conversion.value) && required_text(conversion.value).ends_with("@uber.com");
  return is_employee ? "Employee" : "Contractor";
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
