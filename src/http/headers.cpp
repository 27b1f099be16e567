#include <strings.h>

#include <algorithm>

#include "connector/http.h"

namespace connector {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Headers::Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

std::optional<std::string> Headers::find(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [field, value] : fields_) {
    if (same_name(field, name)) found = found ? *found + ", " + value : value;
  }
  return found;
}

bool Headers::contains(std::string_view name) const {
  return std::any_of(begin(), end(), [&](const auto& field) { return same_name(field.first, name); });
}

void Headers::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void Headers::add(std::string_view name, std::string_view value) {
  fields_.emplace_back(name, value);
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return same_name(field.first, name); });
}

}  // namespace connector
