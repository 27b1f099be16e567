#include "convert/converters.h"

#include <algorithm>
#include <array>

#include "convert/builtin.h"
#include "convert/locations.h"

namespace connector {
namespace {

constexpr std::array<BuiltInConverters::Converter, 17> built_in_converters = {{
    {"capitalize", unchanged, false, capitalize_text},
    {"split", unchanged, false, split_text},
    {"split_email", empty_or_error, false, split_email_text},
    {"first_from_full", empty_or_error, false, first_from_full_text},
    {"last_from_full", empty_or_error, false, last_from_full_text},
    {"concat", concat, true},
    {"first_field", first_field, true},
    {"memberOf", member_of, false},
    {"ldap_user_field", ldap_user_field, true},
    {"casper_extension_attribute", casper_extension_attribute, true},
    {"uber_manager", uber_manager, false, uber_manager_text},
    {"uber_position", uber_position, false, uber_position_text},
    {"location", location, false},
    {"mac_model_from_sn", mac_model_from_sn, true},
    {"timestamp", timestamp, false, date_text},
    {"date_format", unchanged, false, date_text},
    {"ldap_timestamp", ldap_timestamp, false},
}};

}  // namespace

Parameters::Parameters(std::string_view text) {
  if (text.empty()) return;
  for (;;) {
    const std::size_t bar = text.find('|');
    const std::string_view part = text.substr(0, bar);
    const std::size_t equals = part.find('=');
    set(std::string(part.substr(0, equals)),
        equals == std::string_view::npos ? Json(true) : Json(std::string(part.substr(equals + 1))));
    if (bar == std::string_view::npos) return;
    text.remove_prefix(bar + 1);
  }
}

void Parameters::set(std::string name, Json value) {
  const auto known =
      std::find_if(values_.begin(), values_.end(), [&](const auto& entry) { return entry.first == name; });
  if (known == values_.end()) {
    values_.emplace_back(std::move(name), std::move(value));
  } else {
    known->second = std::move(value);
  }
}

const Json* Parameters::find(std::string_view name) const {
  const auto entry = std::find_if(values_.begin(), values_.end(), [&](const auto& e) { return e.first == name; });
  return entry == values_.end() ? nullptr : &entry->second;
}

ConverterCall parse_converter(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {std::string(text), Parameters()};
  return {std::string(text.substr(0, colon)), Parameters(text.substr(colon + 1))};
}

BuiltInConverters::BuiltInConverters(ConverterServices services, Log log)
    : services_(std::move(services)),
      log_(std::move(log)),
      locations_(std::make_unique<Locations>(services_.locations, log_)) {}

BuiltInConverters::~BuiltInConverters() = default;

const BuiltInConverters::Converter* BuiltInConverters::find(std::string_view name) {
  const auto* converter = std::find_if(built_in_converters.begin(), built_in_converters.end(),
                                       [&](const Converter& c) { return c.name == name; });
  return converter == built_in_converters.end() ? nullptr : converter;
}

std::vector<std::string> BuiltInConverters::names() {
  std::vector<std::string> names;
  for (const Converter& converter : built_in_converters) names.emplace_back(converter.name);
  return names;
}

Json BuiltInConverters::convert(const Converter& converter, const Json& record, const Json& value,
                                const Parameters& parameters) const {
  const std::string* text = converter.of_text == nullptr ? nullptr : string_in(value);
  if (text == nullptr) return converter.function({record, value, parameters, services_, *locations_, log_});
  return std::visit([](const auto& converted) { return Json(converted); }, converter.of_text(*text, parameters));
}

void BuiltInConverters::report() const {
  locations_->report();
}

const std::string& required_text(const Json& value) {
  if (const std::string* text = string_in(value)) return *text;
  throw ConversionError(fmt::format("needs a string, not a value of type {}", value.type_name()));
}

const Json* find_member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  for (const auto& [name, value] : object.get_ref<const Json::object_t&>()) {
    if (name == key) return &value;
  }
  return nullptr;
}

}  // namespace connector
