// What an asset of ServiceNow and the rows that belong to it become in Oomnitza.
#pragma once

#include <array>
#include <string>

#include "connector/json.h"

namespace connector::servicenow {

/// What is read of an asset's computer.
inline constexpr std::array computer_fields = {"manufacturer",    "model_number", "operational_status",
                                               "hardware_status", "ip_address",   "cpu_name",
                                               "cpu_speed",       "cpu_count",    "os",
                                               "os_version",      "disk_space",   "ram",
                                               "sys_created_on",  "mac_address",  "warranty_expiration",
                                               "model_id"};

/// The stored value of a field, given as it is or as {"display_value", "value"}; empty when it has none.
std::string stored_text(const Json& field);

/// What users see of a field. Of dates it is the stored value, in UTC: users see them in their own time zone and
/// format.
Json display_value(std::string_view name, const Json& field);

/// The fields of an asset (a row of alm_asset), with those of its computer (cmdb_ci_computer) and the custom ones of
/// its hardware (alm_hardware); both may be null. All of computer_fields are there afterwards.
Json hardware(const Json& asset, const Json& computer, const Json& custom);

}  // namespace connector::servicenow
