// From Dell's response to a search to records.
#pragma once

#include <string>
#include <vector>

#include "connector/connector.h"

namespace connector::dell_asset_order_status {

/// Hands over one record for each service tag of the purchase orders. Parts that cannot be read count as failed.
/// Returns the numbers of the orders that list no products.
std::vector<std::string> emit_service_tags(const Emit& emit, const Json& purchase_orders);

}  // namespace connector::dell_asset_order_status
