#pragma once

#include "connector/plugins.h"

namespace connector {

/// Every source that the program has, in generate-ini's order.
const Plugins& catalogue();

}  // namespace connector
