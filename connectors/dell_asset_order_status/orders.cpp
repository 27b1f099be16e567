#include "dell_asset_order_status/orders.h"

#include <algorithm>
#include <functional>

namespace connector::dell_asset_order_status {
namespace {

/// Calls use(entry) for each object of the list. Null is an empty list; all else counts as failed.
void each_object(const Emit& emit, const Json& list, const std::string& what,
                 const std::function<void(const Json&)>& use) {
  if (list.is_null()) return;
  if (!list.is_array()) return emit.failed(what, "it is not a list");
  for (const Json& entry : list) {
    if (entry.is_object()) {
      use(entry);
    } else {
      emit.failed("an entry of " + what, "it is not an object");
    }
  }
}

/// Adds an object's members to a record, in the place of those of the same name.
void add_members(Json& record, const Json& object, const std::vector<std::string>& but) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(but.begin(), but.end(), key) == but.end()) record[key] = value;
  }
}

Json record_of(const Json& purchase_order, const Json& order, const Json& product, const Json& service_tag) {
  Json record = Json::object();
  add_members(record, purchase_order, {"dellOrders"});
  add_members(record, order, {"productInfo", "trackingInformation", "shipToInformation", "purchaseOrderLines"});
  add_members(record, product, {"serviceTags"});
  record["serialnumber"] = service_tag;
  if (order.contains("shipToInformation")) record["shipToInformation"] = order["shipToInformation"];
  return record;
}

void emit_order(const Emit& emit, const Json& purchase_order, const Json& order) {
  const std::string name = to_text(at(order, "orderNumber"));
  each_object(emit, at(order, "productInfo"), "productInfo of order " + name, [&](const Json& product) {
    const Json& tags = at(product, "serviceTags");
    if (!tags.is_array() && !tags.is_null()) return emit.failed("serviceTags of order " + name, "it is not a list");
    for (const Json& tag : tags) emit(record_of(purchase_order, order, product, tag));
  });
}

}  // namespace

std::vector<std::string> emit_service_tags(const Emit& emit, const Json& purchase_orders) {
  std::vector<std::string> without_products;
  each_object(emit, purchase_orders, "purchaseOrderDetails", [&](const Json& purchase_order) {
    const std::string name = to_text(at(purchase_order, "purchaseOrderNumber"));
    each_object(emit, at(purchase_order, "dellOrders"), "dellOrders of purchase order " + name, [&](const Json& order) {
      if (is_empty(at(order, "productInfo"))) without_products.push_back(to_text(at(order, "orderNumber")));
      emit_order(emit, purchase_order, order);
    });
  });
  return without_products;
}

}  // namespace connector::dell_asset_order_status
