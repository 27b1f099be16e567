#pragma once

#include <string>
#include <vector>

#include "csv/text.h"

namespace connector::csv {

/// The source names that rows with these columns have nothing under.
std::vector<std::string> missing_columns(const std::vector<std::string>& sources,
                                         const std::vector<std::string>& columns);

/// What a file lacks and has: "it has no column "Serial"; did you mean "SERIAL"? Its columns: SERIAL, NAME."
std::string describe_missing(const std::vector<std::string>& missing, const std::vector<std::string>& columns);

/// What a file looks like that has these columns instead of its own, and which setting helps.
std::string describe_look(const std::vector<std::string>& columns, const CsvText& text);

}  // namespace connector::csv
