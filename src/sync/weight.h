#pragma once

#include <cstddef>

#include "connector/json.h"

namespace connector {

/// About how many bytes of memory a value takes. Quick beside making the value.
std::size_t weight(const Json& value);

}  // namespace connector
