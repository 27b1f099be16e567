#include "sccm/connection_string.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace connector::odbc {

namespace {

bool digits_and_dots(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// The N of "ODBC Driver N for SQL Server", nothing for any other name.
std::optional<double> microsoft_version(std::string_view driver) {
  constexpr std::string_view begin = "ODBC Driver ", end = " for SQL Server";
  if (driver.size() <= begin.size() + end.size() || !driver.starts_with(begin) || !driver.ends_with(end)) return {};
  const std::string_view number = driver.substr(begin.size(), driver.size() - begin.size() - end.size());
  double version = 0;
  const char* last = number.data() + number.size();
  const auto [rest, failure] = std::from_chars(number.data(), last, version);
  if (!digits_and_dots(number) || failure != std::errc{} || rest != last) return {};
  return version;
}

bool is_sql_server(std::string_view driver) {
  return driver.find("SQL Server") != std::string_view::npos;
}

bool is_postgresql(std::string_view driver) {
  return driver.starts_with("PostgreSQL") || driver.starts_with("psqlODBC");
}

bool is_free_tds(std::string_view driver) {
  return driver.starts_with("FreeTDS");
}

std::string in_braces(std::string_view value) {
  std::string text = "{";
  for (const char c : value) text += c == '}' ? "}}" : std::string(1, c);
  return text + "}";
}

}  // namespace

std::string choose_driver(const std::string& wanted, const std::vector<std::string>& installed) {
  const auto have = [&](const std::string& name) { return std::ranges::find(installed, name) != installed.end(); };
  const std::string list =
      installed.empty() ? "none is installed" : fmt::format("installed: {}", fmt::join(installed, ", "));
  if (!wanted.empty()) {
    if (have(wanted)) return wanted;
    throw SourceError(
        fmt::format("the ODBC driver \"{}\" is not installed; correct the setting driver ({})", wanted, list));
  }
  const auto newest = std::ranges::max_element(installed, {}, microsoft_version);
  if (newest != installed.end() && microsoft_version(*newest)) return *newest;
  if (have("SQL Server")) return "SQL Server";
  throw SourceError(fmt::format(
      "no ODBC driver for SQL Server is installed; install one or name another with the setting driver ({})", list));
}

std::string escaped(const std::string& value) {
  const bool plain =
      value.find_first_of(";{}='\"") == std::string::npos && !value.starts_with(' ') && !value.ends_with(' ');
  return plain ? value : in_braces(value);
}

std::string connection_string(const Login& login) {
  const bool port_with_server = is_sql_server(login.driver) && !login.port.empty();
  // A semicolon ends the last value too: FreeTDS takes a closing brace for one only before a semicolon.
  std::string text = fmt::format("Driver={};", in_braces(login.driver));
  const auto add = [&](std::string_view key, const std::string& value) {
    text += fmt::format("{}={};", key, escaped(value));
  };
  add("Server", port_with_server ? login.server + "," + login.port : login.server);
  if (!port_with_server && !login.port.empty()) add("Port", login.port);
  add("Database", login.database);
  if (login.windows_authentication) {
    add("Trusted_Connection", "yes");
  } else {
    add("UID", login.username);
    add("PWD", login.password.value);
  }
  if (!login.verify_certificate && microsoft_version(login.driver)) add("TrustServerCertificate", "yes");
  // psqlODBC holds a whole result in memory unless it declares a cursor, and gives booleans as texts unless told.
  if (is_postgresql(login.driver)) text += "UseDeclareFetch=1;Fetch=1000;BoolsAsChar=0;";
  // FreeTDS also tries Sybase's protocol when a server is silent, unless told, and waits for ever then.
  if (is_free_tds(login.driver)) add("TDS_Version", "7.4");
  return text;
}

}  // namespace connector::odbc
