#pragma once

#include <pugixml.hpp>

#include "connector/json.h"

namespace connector::soap {

/// A terminal as a record: numbers, times and flags by their elements' names, everything else as text.
Json terminal_record(const pugi::xml_node& terminal);

}  // namespace connector::soap
