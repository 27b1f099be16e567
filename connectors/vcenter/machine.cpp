#include "vcenter/machine.h"

#include <algorithm>
#include <array>
#include <utility>

namespace connector::vcenter {
namespace {

constexpr std::array devices = {"serial_ports", "scsi_adapters", "sata_adapters", "parallel_ports", "nics",
                                "floppies",     "disks",         "cdroms",        "nvme_adapters"};

/// MAC addresses are ASCII.
std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

/// {"4000": X, …} becomes [{"key": "4000", "value": X}, …]; everything else stays as it is.
void make_list(Json& value) {
  if (!value.is_object()) return;
  Json list = Json::array();
  for (auto& [key, member] : value.items()) list.push_back({{"key", key}, {"value", std::move(member)}});
  value = std::move(list);
}

Json address_of(const Json& mac, const ApplianceAddresses& addresses) {
  const auto found = mac.is_string() ? addresses.find(lower_case(mac)) : addresses.end();
  return found == addresses.end() ? Json() : found->second;
}

}  // namespace

ApplianceAddresses appliance_addresses(const Json& interfaces) {
  ApplianceAddresses addresses;
  for (const Json& interface : interfaces) {
    const Json& mac = at(interface, "mac");
    if (mac.is_string()) addresses.emplace(lower_case(mac), at(interface, "ipv4.address"));
  }
  return addresses;
}

void complete_machine(Json& machine, const ApplianceAddresses& addresses) {
  for (const char* name : devices) {
    if (machine.contains(name)) make_list(machine[name]);
  }
  Json first_mac;
  if (machine.contains("nics") && machine["nics"].is_array()) {
    Json& nics = machine["nics"];
    for (Json& nic : nics) {
      if (!at(nic, "value").is_object()) continue;
      nic["value"]["ip_address"] = address_of(at(nic, "value.mac_address"), addresses);
    }
    first_mac = at(nics, "0.value.mac_address");
  }
  machine["ip_address"] = address_of(first_mac, addresses);
  machine["mac_address"] = std::move(first_mac);
}

void complete_guest_identity(Json& guest_identity) {
  const Json& parameters = at(guest_identity, "full_name.params");
  if (parameters.is_object() && !parameters.empty()) make_list(guest_identity["full_name"]["params"]);
}

}  // namespace connector::vcenter
