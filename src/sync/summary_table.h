#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sync/summary.h"

namespace connector {

/// What became of the records of several sections: a line each, and their total.
std::string summary_table(const std::vector<std::pair<std::string, Summary>>& sections);

}  // namespace connector
