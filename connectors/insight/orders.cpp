#include "insight/orders.h"

#include <algorithm>
#include <array>

#include "text/text.h"

namespace connector::insight {
namespace {

/// A serial number: a string without blanks at its ends, or an integer; "" for everything else.
Json serial_number(const Json& value) {
  if (value.is_string()) return trimmed(value.get_ref<const std::string&>());
  return value.is_number_integer() || big_integer_digits(value) ? value : Json("");
}

std::string as_text(const Json& serial) {
  return serial.is_string() ? serial.get<std::string>() : to_text(serial);
}

/// The last entry for each serial number.
std::unordered_map<std::string, const Json*> tracking_of(const Json& order) {
  std::unordered_map<std::string, const Json*> tracking;
  for (const Json& entry : entries_of(at(order, "Tracking"))) {
    const Json& serial = at(entry, "SerialNumber");
    if (!serial.is_null()) tracking[as_text(serial_number(serial))] = &entry;
  }
  return tracking;
}

Json first_object(const Json& list) {
  const auto entries = entries_of(list);
  return !entries.empty() && entries.front().get().is_object() ? entries.front().get() : Json::object();
}

/// A line or a delivery without what stands elsewhere in the record.
Json without_parts(const Json& object) {
  constexpr std::array<std::string_view, 3> parts = {"Delivery", "SerialNumbers", "BillingInformation"};
  Json rest = Json::object();
  for (const auto& [name, value] : object.items()) {
    if (std::find(parts.begin(), parts.end(), name) == parts.end()) rest[name] = value;
  }
  return rest;
}

}  // namespace

std::vector<std::reference_wrapper<const Json>> entries_of(const Json& list) {
  if (list.is_null() || list == "") return {};
  if (!list.is_array()) return {list};
  return {list.begin(), list.end()};
}

void Orders::emit_order(const Json& order) {
  if (!order.is_object()) return emit_.failed("an order", "it is not an object");
  Common common{.header = first_object(at(order, "OrderHeader")), .tracking = tracking_of(order), .line = {}};
  for (const Json& line : entries_of(at(order, "OrderLineItems"))) {
    common.line = without_parts(line);
    for (const Json& delivery : entries_of(at(line, "Delivery"))) emit_delivery(common, delivery);
  }
}

void Orders::emit_delivery(const Common& common, const Json& delivery) {
  const Json own = without_parts(delivery);
  const auto bills = entries_of(at(delivery, "BillingInformation"));
  if (bills.size() > 1) ++ambiguous_bills_;
  for (const Json& entry : entries_of(at(delivery, "SerialNumbers"))) {
    const Json serial = serial_number(at(entry, "SerialNumber"));
    const auto tracking = common.tracking.find(as_text(serial));
    Json record = {{"OrderHeader", common.header},
                   {"OrderLineItems", common.line},
                   {"Delivery", own},
                   {"SerialNumber", serial},
                   {"Tracking", tracking == common.tracking.end() ? Json::object() : *tracking->second},
                   {"BillingInformation", bills.size() == 1 ? bills.front().get() : Json::object()}};
    if (emitted_.insert(std::hash<std::string>()(to_text(record))).second) emit_(std::move(record));
  }
}

}  // namespace connector::insight
