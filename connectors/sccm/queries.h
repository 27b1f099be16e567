#pragma once

#include <string_view>

namespace connector {

/// One row for each combination of a computer's disks, adapters, C: volumes and users, ordered by resource_id. The
/// names of the columns are those of the record.
extern const std::string_view sccm_computers_query;

/// Resource id, name, version and publisher of all software, ordered by the resource id.
extern const std::string_view sccm_software_query;

}  // namespace connector
