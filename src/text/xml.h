#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "connector/json.h"

namespace connector {

/// An XML document in UTF-8 as an object: attributes are keys "@name", text beside attributes or children is "#text",
/// repeated children are an array, an element without attributes and children is its text or null. Nothing when it is
/// not well-formed, declares entities, or is nested deeper than 500 levels. Throws SourceError for more elements than
/// max_values.
std::optional<Json> read_xml(const std::string& text, std::size_t max_values);

}  // namespace connector
