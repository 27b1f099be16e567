#pragma once

#include <string>
#include <string_view>

#include "connector/json.h"

namespace connector {

/// The member of an object; null when the value is not an object or has no such key.
inline const Json& member(const Json& object, std::string_view key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

/// A string as it is, null as the empty string, other values as JSON.
inline std::string text_of(const Json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : to_text(value);
}

}  // namespace connector
