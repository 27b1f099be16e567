#pragma once

#include <string>

#include "config/section.h"

namespace connector {

/// "config.ini:12: section [netbox], setting url: is required".
inline std::string complaint(const Section& section, const std::string& setting, const std::string& problem) {
  const Entry* entry = section.find(setting);
  return (entry ? entry->origin : section.origin) + ": section [" + section.name + "], setting " + setting + ": " +
         problem;
}

}  // namespace connector
