#include "munki_report/columns.h"

#include <algorithm>
#include <regex>
#include <sstream>

namespace connector::munki_report {
namespace {

std::vector<std::string> names_in(const std::string& sql) {
  static const std::regex from("\\bFROM\\b", std::regex::icase);
  static const std::regex quotes("[`\"\\s]");
  std::smatch found;
  if (!std::regex_search(sql, found, from)) return {};
  std::vector<std::string> names;
  std::istringstream parts(found.prefix().str());
  for (std::string part; std::getline(parts, part, ',');) {
    names.push_back(std::regex_replace(part.substr(part.rfind('.') + 1), quotes, ""));
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
