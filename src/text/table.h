#pragma once

#include <string>
#include <vector>

namespace connector {

enum class Align { left, right };

/// Rows as lines whose columns stand below each other, two blanks between them; no line ends. columns: one for each
/// cell of a row. Nothing for no rows.
std::vector<std::string> aligned_lines(const std::vector<std::vector<std::string>>& rows,
                                       const std::vector<Align>& columns);

}  // namespace connector
