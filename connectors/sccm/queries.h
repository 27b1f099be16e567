#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace connector::sccm {

/// One row for each combination of a computer's disks, adapters, C: volumes and users, ordered by resource_id. The
/// names of the columns are those of the record.
extern const std::string sccm_computers_query;

/// Resource id, name, version and publisher of all software, ordered by the resource id.
extern const std::string sccm_software_query;

/// View and column of all that the database has, and the account may read.
extern const std::string sccm_columns_query;

/// The query for computers of a site that does not collect everything.
struct ReducedQuery {
  std::string sql;
  std::vector<std::string> missing;  ///< views and columns that are null instead
};

/// A column of a view, in lower case: "view.column".
std::string full_name(std::string_view view, std::string_view column);

/// there: full names of what the database has.
ReducedQuery reduced_computers_query(const std::unordered_set<std::string>& there);

}  // namespace connector::sccm
