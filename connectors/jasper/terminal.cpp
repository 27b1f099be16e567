#include "jasper/terminal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "jasper/soap.h"
#include "jasper/time.h"

namespace connector::soap {
namespace {

constexpr const char* schema_instance = "http://www.w3.org/2001/XMLSchema-instance";

constexpr std::array<std::string_view, 11> number_elements = {"monthToDateUsage",
                                                              "monthToDateDataUsage",
                                                              "monthToDateSMSUsage",
                                                              "monthToDateVoiceUsage",
                                                              "totalPrimaryIncludedData",
                                                              "primaryDataRemaining",
                                                              "totalPrimaryIncludedSMS",
                                                              "primarySMSRemaining",
                                                              "accountId",
                                                              "ctdSessionCount",
                                                              "version"};
constexpr std::array<std::string_view, 1> flag_elements = {"overageLimitReached"};
constexpr std::array<std::string_view, 6> time_elements = {"dateActivated", "dateAdded",     "dateModified",
                                                           "dateShipped",   "termStartDate", "termEndDate"};

constexpr std::size_t max_digits = 300;

template <std::size_t count>
bool contains(const std::array<std::string_view, count>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

pugi::xml_node first_element(const pugi::xml_node& parent) {
  return parent.find_child([](const pugi::xml_node& child) { return child.type() == pugi::node_element; });
}

bool is_nil(const pugi::xml_node& element) {
  for (const pugi::xml_attribute attribute : element.attributes()) {
    if (without_prefix(attribute.name()) == "nil" &&
        namespace_of(element, prefix_of(attribute.name())) == schema_instance) {
      return std::string_view(attribute.value()) == "true" || std::string_view(attribute.value()) == "1";
    }
  }
  return false;
}

/// Whether an attribute belongs to the data, not to XML's own machinery.
bool is_data(const pugi::xml_node& element, std::string_view attribute) {
  const std::string_view prefix = prefix_of(attribute);
  if (prefix.empty()) return attribute != "xmlns";
  return prefix != "xmlns" && namespace_of(element, prefix) != schema_instance;
}

/// "-007" -> "-7": JSON has no zeros at a number's beginning. digits: not only zeros.
std::string without_leading_zeros(std::string_view digits) {
  const std::string sign = digits.starts_with('-') ? "-" : "";
  return sign + std::string(digits.substr(digits.find_first_not_of("-0")));
}

std::optional<Json> number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, whole); stop == end && !text.empty()) {
    if (error == std::errc()) return whole;
    if (error == std::errc::result_out_of_range && text.size() <= max_digits) {
      return big_integer(without_leading_zeros(text));
    }
  }
  double fraction = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, fraction, std::chars_format::fixed);
  const bool is_number = !text.empty() && text.find_first_not_of("-.0123456789") == std::string_view::npos;
  if (is_number && error == std::errc() && stop == end) return fraction;
  return std::nullopt;
}

std::optional<Json> flag(std::string_view text) {
  text = trimmed(text);
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

Json value_of(std::string_view name, const std::string& text) {
  std::optional<Json> value;
  if (contains(number_elements, name)) value = number(text);
  if (contains(flag_elements, name)) value = flag(text);
  if (contains(time_elements, name)) {
    if (Json time = time_text(text); !time.is_null()) value = std::move(time);
  }
  return value.value_or(text);
}

}  // namespace

Json terminal_record(const pugi::xml_node& terminal) {
  ObjectBuilder record;
  for (const pugi::xml_attribute attribute : terminal.attributes()) {
    if (is_data(terminal, attribute.name())) {
      record["_" + std::string(without_prefix(attribute.name()))] = attribute.value();
    }
  }
  for (const pugi::xml_node element : terminal.children()) {
    if (element.type() != pugi::node_element) continue;
    const std::string name(local_name(element));
    const std::string text = text_of(element);
    Json& value = record[name];
    if (is_nil(element)) {
      value = nullptr;
    } else if (first_element(element)) {
      value = terminal_record(element);
    } else {
      value = text.empty() ? Json(nullptr) : value_of(name, text);
    }
  }
  return record.take();
}

}  // namespace connector::soap
