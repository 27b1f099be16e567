// A virtual machine of vCenter as a record.
#pragma once

#include <map>
#include <string>

#include "connector/json.h"

namespace connector::vcenter {

/// The addresses of the vCenter server's own network interfaces by their MAC address in lower case.
using ApplianceAddresses = std::map<std::string, Json>;

/// interfaces: [{"mac", "ipv4": {"address"}}].
ApplianceAddresses appliance_addresses(const Json& interfaces);

/// Brings a machine to the shape of /rest, whichever API it is from: objects whose keys are numbers or names become
/// lists of {"key", "value"}. Adds ip_address to each network adapter, and mac_address and ip_address to the machine.
void complete_machine(Json& machine, const ApplianceAddresses& addresses);

/// The same for what is said of the guest: the parameters of its name.
void complete_guest_identity(Json& guest_identity);

}  // namespace connector::vcenter
