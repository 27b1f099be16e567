#include "simulator/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace connector::simulator {

namespace {

constexpr std::size_t max_rows = 500;
constexpr std::size_t widest_column = 32;
constexpr std::size_t widest_message = 120;

using Row = std::vector<std::string>;

struct Table {
  Row columns;
  std::vector<Row> rows;
};

std::string cell(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : to_text(value);
}

Table table_of(const std::vector<Json>& records) {
  Table table;
  std::size_t shown = std::min(records.size(), max_rows);
  for (std::size_t i = 0; i < shown; ++i)
    for (auto& [name, value] : records[i].items())
      if (std::ranges::find(table.columns, name) == table.columns.end()) table.columns.push_back(name);
  for (std::size_t i = 0; i < shown; ++i) {
    Row row;
    for (const std::string& column : table.columns) row.push_back(cell(records[i].value(column, Json())));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string state(const Portion& portion) {
  if (portion.canceled) return "canceled";
  return portion.finalized > 0 ? "finalized" : "open";
}

std::string joined(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) result += (result.empty() ? "" : "; ") + text;
  return result;
}

std::string outcome(const Json& ready_portion) {
  if (ready_portion.contains("failed")) return "failed";
  return ready_portion.contains("added") ? "file stored" : "nothing found";
}

/// Portions of integrations, and the ready portions: what a sync says when it has no portion, or of a file.
Table table_of_managed(const Cloud& cloud) {
  Table table{.columns = {"integration", "name", "session", "records", "errors", "state", "what went wrong"},
              .rows = {}};
  for (const Portion& portion : cloud.portions())
    if (portion.is_managed)
      table.rows.push_back({portion.connector, cloud.managed().name(portion.connector), portion.id,
                            std::to_string(portion.records), std::to_string(portion.errors), state(portion),
                            joined(portion.messages)});
  for (const ReadyPortion& ready : cloud.managed().ready_portions())
    table.rows.push_back({ready.service, cloud.managed().name(ready.service), cell(at(ready.body, "correlation_id")),
                          "0", ready.body.contains("failed") ? "1" : "0", outcome(ready.body),
                          cell(at(ready.body, "error_message"))});
  return table;
}

Table table_of(const std::vector<Portion>& portions) {
  Table table{.columns = {"connector", "type", "portion", "payloads", "records", "created", "updated", "skipped",
                          "errors", "state"},
              .rows = {}};
  for (const Portion& portion : portions) {
    table.rows.push_back({portion.connector, portion.data_type, portion.id, std::to_string(portion.payloads),
                          std::to_string(portion.records), std::to_string(portion.created),
                          std::to_string(portion.updated), std::to_string(portion.skipped),
                          std::to_string(portion.errors), state(portion)});
  }
  return table;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string html_row(const Row& row, const char* tag) {
  std::string line = "<tr>";
  for (const std::string& text : row) line += fmt::format("<{0}>{1}</{0}>", tag, escaped(text));
  return line + "</tr>\n";
}

std::string html_section(const std::string& title, std::size_t count, const Table& table) {
  std::string html = fmt::format("<h2>{} ({})</h2>\n", escaped(title), count);
  if (table.rows.empty()) return html + "<p>None.</p>\n";
  html += "<table>\n" + html_row(table.columns, "th");
  for (const Row& row : table.rows) html += html_row(row, "td");
  return html + "</table>\n";
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

/// The text on one line, cut to `width` characters and filled up with spaces.
std::string fitted(std::string text, std::size_t width) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  std::size_t length = characters(text);
  if (length <= width) return text + std::string(width - length, ' ');
  std::size_t kept = 0, end = 0;
  while (kept < width - 1 || (text[end] & 0xC0) == 0x80) kept += (text[end++] & 0xC0) != 0x80;
  return text.substr(0, end) + "…";
}

std::string text_of(Table table, std::size_t widest) {
  table.rows.insert(table.rows.begin(), table.columns);
  std::vector<std::size_t> widths(table.columns.size());
  for (const Row& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::min(widest, std::max(widths[i], characters(row[i])));
  std::string text;
  for (const Row& row : table.rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fitted(row[i], widths[i]) + "  ";
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::string html_page(const Cloud& cloud) {
  std::vector<Json> assets = cloud.records("assets"), users = cloud.records("users");
  std::vector<Portion> portions = cloud.portions();
  Table managed = table_of_managed(cloud);
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Oomnitza simulator</title>\n"
         "<style>body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}"
         "td,th{border:1px solid #ccc;padding:.2em .6em;text-align:left}</style></head><body>\n"
         "<h1>Oomnitza simulator</h1>\n" +
         html_section("Assets", assets.size(), table_of(assets)) +
         html_section("People", users.size(), table_of(users)) +
         html_section("Managed sync sessions", managed.rows.size(), managed) +
         html_section("Sync sessions", portions.size(), table_of(portions)) + "</body></html>\n";
}

std::string text_table(const std::vector<Json>& records) {
  return text_of(table_of(records), widest_column);
}

std::string managed_sessions(const Cloud& cloud) {
  return text_of(table_of_managed(cloud), widest_message);
}

}  // namespace connector::simulator
