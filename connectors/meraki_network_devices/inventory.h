// The inventory's part of devices, kept until their networks give the other part.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "connector/connector.h"

namespace connector::meraki_network_devices {

/// An ID or a serial number; empty when there is none.
std::string id_of(const Json& entry, std::string_view name);

/// Hands over devices of networks with what the inventory says of them, so that a device is one record. For the thread
/// that calls read().
class Inventory final : public Emit {
 public:
  explicit Inventory(const Emit& emit) : emit_(emit) {}

  /// Keeps rows of the inventory. Those without a serial number are handed over.
  void keep(Json& rows);

  /// Hands over what no network has. What belongs to a network stays away when networks could not be read: it would
  /// lack what the network says of it.
  void emit_rest();

  void operator()(Record record) const override;
  void failed(const std::string& record, const std::string& reason) const override { emit_.failed(record, reason); }
  void incomplete(const std::string& what) const override {
    lacks_networks_ = true;
    emit_.incomplete(what);
  }
  void expect(std::size_t records) const override { emit_.expect(records); }
  void checkpoint() const override { emit_.checkpoint(); }

 private:
  const Emit& emit_;
  mutable std::unordered_map<std::string, Json> kept_;  ///< by serial number
  mutable bool lacks_networks_ = false;
};

}  // namespace connector::meraki_network_devices
