#include "sync/summary_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "text/utf8.h"

namespace connector {
namespace {

using Row = std::vector<std::string>;

Row row(const std::string& name, const Summary& summary, bool has_unsent) {
  Row cells = {name};
  for (const std::size_t count : {summary.pulled, summary.filtered_out, summary.skipped, summary.failed,
                                  summary.delivered, summary.undelivered}) {
    cells.push_back(std::to_string(count));
  }
  if (has_unsent) cells.push_back(std::to_string(summary.not_sent));
  cells.push_back(fmt::format("{:.1f}", summary.seconds));
  return cells;
}

/// Names to the left, numbers to the right.
std::string aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& cells : rows) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], character_count(cells[i]));
  }
  std::string text;
  for (const Row& cells : rows) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string padding(widths[i] - character_count(cells[i]), ' ');
      text += i == 0 ? cells[i] + padding : "  " + padding + cells[i];
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string summary_table(const std::vector<std::pair<std::string, Summary>>& sections) {
  Summary total;
  for (const auto& [name, summary] : sections) total += summary;
  const bool is_rehearsal =
      std::any_of(sections.begin(), sections.end(), [](const auto& section) { return section.second.is_rehearsal; });
  const bool has_unsent = total.not_sent > 0;
  Row head = {"section",    "read", "filtered", "skipped", "failed", is_rehearsal ? "would be delivered" : "delivered",
              "undelivered"};
  if (has_unsent) head.emplace_back("not sent");
  head.emplace_back("seconds");
  std::vector<Row> rows = {head};
  for (const auto& [name, summary] : sections) rows.push_back(row(name, summary, has_unsent));
  if (sections.size() > 1) rows.push_back(row("total", total, has_unsent));
  return aligned(rows);
}

}  // namespace connector
