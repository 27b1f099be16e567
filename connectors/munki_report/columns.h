// The columns that MunkiReport is asked for, and what they are called in its answer.
#pragma once

#include <string>
#include <vector>

#include "connector/json.h"

namespace connector::munki_report {

/// TABLE.COLUMN: those that are always asked for, then the others, each once. further: a list of strings.
std::vector<std::string> all_columns(const Json& further);

/// The server's own names when it tells its SQL statement, SELECT `table`.`name`, … FROM … (it does in debug mode
/// only), else those of the columns without their tables.
std::vector<std::string> names_of(const std::vector<std::string>& columns, const Json& sql);

}  // namespace connector::munki_report
