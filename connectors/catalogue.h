#pragma once

#include <span>

#include "connector/connector.h"

namespace connector {

/// Every source that the program has, in generate-ini's order.
std::span<const Plugin> catalogue();

}  // namespace connector
