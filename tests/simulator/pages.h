#pragma once

#include <string>
#include <vector>

#include "connector/json.h"
#include "simulator/cloud.h"

namespace connector::simulator {

/// Assets, people, managed sync sessions and all sync sessions as one HTML page without scripts; all texts are escaped.
std::string html_page(const Cloud& cloud);

/// Records as a table of plain text, a column for each field.
std::string text_table(const std::vector<Json>& records);

/// Managed sync sessions with their errors as a table of plain text.
std::string managed_sessions(const Cloud& cloud);

}  // namespace connector::simulator
