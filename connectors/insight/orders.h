// From a response of Insight's order status to records.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "connector/connector.h"

namespace connector::insight {

/// The entries of a list. The layer that makes Insight's JSON of XML gives a list with one entry as that entry, and an
/// empty list as nothing or "".
std::vector<std::reference_wrapper<const Json>> entries_of(const Json& list);

/// Hands over one record for each serial number that was shipped.
class Orders {
 public:
  explicit Orders(const Emit& emit) : emit_(emit) {}

  /// A record that was handed over before is skipped. What cannot be read counts as failed.
  /// order: an entry of StatusOrderResponse's Order.
  void emit_order(const Json& order);

  /// How many deliveries had more than one entry of BillingInformation. None is taken then.
  std::size_t ambiguous_bills() const { return ambiguous_bills_; }

 private:
  /// What the records of an order, then those of a line, have in common.
  struct Common {
    Json header;
    std::unordered_map<std::string, const Json*> tracking;  ///< by serial number
    Json line;
  };

  void emit_delivery(const Common& common, const Json& delivery);

  const Emit& emit_;
  std::unordered_set<std::size_t> emitted_;  ///< the records' hashes
  std::size_t ambiguous_bills_ = 0;
};

}  // namespace connector::insight
