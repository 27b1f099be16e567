#include "munki_report/columns.h"

#include <algorithm>
#include <sstream>

#include "text/text.h"

namespace connector::munki_report {
namespace {

std::vector<std::string> names_in(const std::string& sql) {
  std::string words = ascii_lower_case(sql);
  std::replace_if(words.begin(), words.end(), is_space, ' ');
  const std::size_t from = words.find(" from ");
  if (from == std::string::npos) return {};
  std::vector<std::string> names;
  std::istringstream parts(sql.substr(0, from));
  for (std::string part; std::getline(parts, part, ',');) {
    std::string& name = names.emplace_back(part.substr(part.rfind('.') + 1));
    std::erase_if(name, [](char c) { return c == '`' || c == '"' || is_space(c); });
  }
  return names;
}

}  // namespace

std::vector<std::string> all_columns(const Json& further) {
  std::vector<std::string> columns = {"machine.serial_number", "machine.hostname",        "machine.machine_desc",
                                      "reportdata.timestamp",  "reportdata.console_user", "machine.os_version",
                                      "reportdata.remote_ip",  "munkireport.manifestname"};
  for (const Json& column : further) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
  }
  return columns;
}

std::vector<std::string> names_of(const std::vector<std::string>& columns, const Json& sql) {
  std::vector<std::string> names = names_in(sql.is_string() ? sql.get<std::string>() : "");
  if (names.size() == columns.size()) return names;
  names.clear();
  for (const std::string& column : columns) names.push_back(column.substr(column.find('.') + 1));
  return names;
}

}  // namespace connector::munki_report
