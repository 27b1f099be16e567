#pragma once

#include <string>

#include "config/section.h"
#include "connector/error.h"

namespace connector {

/// A problem with a setting of a section.
inline Problem problem_with(const Section& section, const std::string& setting, std::string text) {
  const Entry* entry = section.find(setting);
  return {std::move(text), entry ? entry->origin : section.origin, section.name, setting};
}

}  // namespace connector
