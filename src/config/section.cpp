#include "config/section.h"

#include <algorithm>

namespace connector {

const Entry* Section::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

std::string Section::connector() const {
  return name.substr(0, name.find('.'));
}

bool is_integration(std::string_view section_name) {
  return section_name.starts_with("managed.") || section_name.starts_with("managed_reports.");
}

}  // namespace connector
