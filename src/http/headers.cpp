#include <algorithm>

#include "connector/http.h"
#include "text/text.h"

namespace connector {

Headers::Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

std::optional<std::string> Headers::find(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [field, value] : fields_) {
    if (equal_ignoring_case(field, name)) found = found ? *found + ", " + value : value;
  }
  return found;
}

bool Headers::contains(std::string_view name) const {
  return std::any_of(begin(), end(), [&](const auto& field) { return equal_ignoring_case(field.first, name); });
}

void Headers::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void Headers::add(std::string_view name, std::string_view value) {
  fields_.emplace_back(name, value);
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
}

}  // namespace connector
