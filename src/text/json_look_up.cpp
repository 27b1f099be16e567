// Looking into JSON values.
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "connector/json.h"

namespace connector {
namespace {

std::optional<std::size_t> list_position(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::size_t position = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), position);
  return result.ec == std::errc() ? position : std::numeric_limits<std::size_t>::max();
}

const Json* child(const Json& value, std::string_view name) {
  if (const auto* object = value.get_ptr<const Json::object_t*>()) {
    for (const auto& member : *object) {
      if (member.first == name) return &member.second;
    }
  } else if (const auto* list = value.get_ptr<const Json::array_t*>()) {
    const std::optional<std::size_t> position = list_position(name);
    if (position && *position < list->size()) return &(*list)[*position];
  }
  return nullptr;
}

/// Follows the heads of a dotted name as far as they lead; what is left of it may be a key there.
const Json& holder_of(std::string_view& name, const Json& value) {
  const Json* here = &value;
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    const Json* next = child(*here, name.substr(0, dot));
    if (!next) break;
    here = next;
    name.remove_prefix(dot + 1);
  }
  return *here;
}

}  // namespace

bool is_empty(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return true;
    case Json::value_t::boolean:
      return !value.get<bool>();
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return value.get<std::int64_t>() == 0;
    case Json::value_t::number_float:
      return value.get<double>() == 0;
    case Json::value_t::string:
      return value.get_ref<const std::string&>().empty();
    case Json::value_t::array:
    case Json::value_t::object:
      return value.empty();
    default:
      return false;
  }
}

const Json& at(const Json& value, std::string_view name) {
  static const Json nothing;
  const Json& holder = holder_of(name, value);
  const Json* found = child(holder, name);
  return found ? *found : nothing;
}

bool has(const Json& value, std::string_view name) {
  const Json& holder = holder_of(name, value);
  const bool may_have_it = holder.is_array() ? list_position(name.substr(0, name.find('.'))).has_value()
                                             : &holder != &value && is_empty(holder);
  return may_have_it || child(holder, name) != nullptr;
}

}  // namespace connector
