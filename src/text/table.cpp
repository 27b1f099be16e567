#include "text/table.h"

#include <algorithm>
#include <cstddef>

#include "text/utf8.h"

namespace connector {

std::vector<std::string> aligned_lines(const std::vector<std::vector<std::string>>& rows,
                                       const std::vector<Align>& columns) {
  std::vector<std::size_t> widths(columns.size());
  for (const auto& cells : rows) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], character_count(cells[i]));
  }
  std::vector<std::string> lines;
  for (const auto& cells : rows) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string padding(widths[i] - character_count(cells[i]), ' ');
      line += (i == 0 ? "" : "  ") + (columns[i] == Align::left ? cells[i] + padding : padding + cells[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace connector
