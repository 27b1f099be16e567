#pragma once

namespace connector {

class Plugins;

/// Every source that the program has, in generate-ini's order.
const Plugins& catalogue();

}  // namespace connector
