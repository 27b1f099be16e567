#include "sync/summary_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "text/table.h"

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
  std::vector<Align> columns(head.size(), Align::right);
  columns.front() = Align::left;
  std::string text;
  for (const std::string& line : aligned_lines(rows, columns)) text += line + '\n';
  return text;
}

}  // namespace connector
