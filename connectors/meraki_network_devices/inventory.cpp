#include "meraki_network_devices/inventory.h"

#include <utility>

#include "connector/pages.h"

namespace connector::meraki_network_devices {

std::string id_of(const Json& entry, std::string_view name) {
  const Json& id = at(entry, name);
  if (id.is_string()) return id.get<std::string>();
  return id.is_number_integer() ? to_text(id) : std::string();
}

void Inventory::keep(Json& rows) {
  Json others = Json::array();
  for (Json& row : rows) {
    const std::string serial = id_of(row, "serial");
    if (serial.empty()) {
      others.push_back(std::move(row));
    } else {
      kept_.insert_or_assign(serial, std::move(row));
    }
  }
  emit_rows(emit_, others, "a device of the inventory");
}

void Inventory::emit_rest() {
  for (auto& [serial, entry] : kept_) {
    if (lacks_networks_ && !at(entry, "networkId").is_null()) continue;
    emit_(std::move(entry));
  }
}

/// What a network says of its device counts, unless that is null.
void Inventory::operator()(Record record) const {
  const auto kept = kept_.find(id_of(record.data, "serial"));
  if (kept != kept_.end()) {
    Json merged = std::move(kept->second);
    kept_.erase(kept);
    for (auto& [name, value] : record.data.items()) {
      if (!value.is_null() || !merged.contains(name)) merged[name] = std::move(value);
    }
    record.data = std::move(merged);
  }
  emit_(std::move(record));
}

}  // namespace connector::meraki_network_devices
