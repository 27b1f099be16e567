#pragma once

#include <cstddef>
#include <string_view>

#include "connector/json.h"

namespace connector {

/// parse_json() for what anybody may have sent: more values (strings, numbers, lists, objects …) than that, or nesting
/// deeper than 500 levels, throw SourceError, whatever else is wrong with the text.
Json parse_bounded_json(std::string_view text, std::size_t max_values);

}  // namespace connector
