// The converters that look at the record's other fields.
#include <optional>

#include "convert/builtin.h"
#include "text/text.h"

namespace connector {
namespace {

/// The items of a comma-separated list, one after the other.
class Items {
 public:
  explicit Items(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next() {
    if (at_end_) return std::nullopt;
    const std::size_t comma = rest_.find(',');
    const std::string_view item = rest_.substr(0, comma);
    at_end_ = comma == std::string_view::npos;
    if (!at_end_) rest_.remove_prefix(comma + 1);
    return item;
  }

 private:
  std::string_view rest_;
  bool at_end_ = false;
};

const std::string* text_parameter(const Conversion& conversion, std::string_view name) {
  const Json* parameter = conversion.parameters.find(name);
  return parameter ? string_in(*parameter) : nullptr;
}

/// The trimmed text under a key, "" without the key, nothing when it holds no text.
std::optional<std::string_view> field_text(const Json& record, std::string_view key) {
  const Json* value = find_member(record, key);
  if (!value) return "";
  const std::string* text = string_in(*value);
  if (!text) return std::nullopt;
  return without_blanks(*text);
}

bool is_quoted(std::string_view item) {
  return (item.front() == '\'' || item.front() == '"') && item.front() == item.back();
}

}  // namespace

Json concat(const Conversion& conversion) {
  const std::string* values = text_parameter(conversion, "values");
  if (!values) return nullptr;
  std::string result;
  Items items(*values);
  while (const std::optional<std::string_view> item = items.next()) {
    if (item->empty()) return nullptr;
    if (is_quoted(*item)) {
      if (item->size() > 2) result += item->substr(1, item->size() - 2);
      continue;
    }
    const std::optional<std::string_view> text = field_text(conversion.record, *item);
    if (!text) return nullptr;
    result += *text;
  }
  return result;
}

Json first_field(const Conversion& conversion) {
  if (!is_empty(conversion.value)) return conversion.value;
  const std::string* fields = text_parameter(conversion, "fields");
  if (!fields) return nullptr;
  Items items(*fields);
  while (const std::optional<std::string_view> field = items.next()) {
    const std::optional<std::string_view> text = field_text(conversion.record, *field);
    if (!text) return nullptr;
    if (!text->empty()) return std::string(*text);
  }
  return nullptr;
}

Json ldap_user_field(const Conversion& conversion) {
  if (!is_empty(conversion.value)) return conversion.value;
  const Json* account = find_member(conversion.record, "sAMAccountName");
  return account ? *account : Json();
}

Json casper_extension_attribute(const Conversion& conversion) {
  const Json* default_value = conversion.parameters.find("default");
  const Json nothing_found = default_value ? *default_value : Json();
  const Json* attributes = find_member(conversion.record, "extension_attributes");
  if (!attributes) return nothing_found;
  if (!attributes->is_array()) throw ConversionError("extension_attributes is not a list");
  const Json* wanted = conversion.parameters.find("attr");
  for (const Json& attribute : *attributes) {
    if (!attribute.is_object()) throw ConversionError("extension_attributes is not a list of objects");
    const Json* name = find_member(attribute, "name");
    if (!name || !wanted || *name != *wanted) continue;
    const Json* value = find_member(attribute, "value");
    return value ? *value : Json();
  }
  return nothing_found;
}

Json mac_model_from_sn(const Conversion& conversion) {
  const Json* general = find_member(conversion.record, "general");
  const Json* serial_number = general ? find_member(*general, "serial_number") : nullptr;
  if (!serial_number) throw ConversionError("the record has no general.serial_number");
  const std::string number(without_blanks(required_text(*serial_number)));
  if (number.empty()) return conversion.value;
  try {
    std::string model = conversion.services.mac_model(number);
    if (!model.starts_with("Error")) return model;
  } catch (const std::exception& error) {
    conversion.log.warning("mac_model_from_sn: no model for a serial number: {}", error.what());
  }
  return conversion.value;
}

}  // namespace connector
