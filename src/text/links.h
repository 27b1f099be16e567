#pragma once

#include <string_view>

#include "connector/json.h"

namespace connector {

/// A Link header (RFC 8288) by its relations: {rel: {"url", "rel", …}}; links without one by their URL.
Json read_links(std::string_view header);

}  // namespace connector
