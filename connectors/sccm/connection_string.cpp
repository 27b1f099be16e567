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

/// Whether the driver's name says that it is FreeTDS 1.4 or newer: "FreeTDS 1.4".
bool is_free_tds_1_4(std::string_view driver) {
  constexpr std::string_view begin = "FreeTDS ";
  if (!driver.starts_with(begin)) return false;
  const std::string_view version = driver.substr(begin.size());
  const std::size_t dot = std::min(version.find('.'), version.size());
  const auto number = [](std::string_view digits) {
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  };
  const int major = number(version.substr(0, dot));
  return major > 1 || (major == 1 && number(version.substr(std::min(dot + 1, version.size()))) >= 4);
}

/// FreeTDS before 1.4 does not understand a doubled brace: a password would be another one.
void refuse_changed_values(const Login& login) {
  if (!is_free_tds(login.driver) || is_free_tds_1_4(login.driver)) return;
  const std::pair<const char*, const std::string&> values[] = {{"server", login.server},
                                                               {"database", login.database},
                                                               {"username", login.username},
                                                               {"password", login.password.value}};
  for (const auto& [name, value] : values) {
    if (value.find('}') == std::string::npos) continue;
    throw SourceError(fmt::format(
        "the {} contains a }}, which FreeTDS before 1.4 passes on changed. Change the {}, or use Microsoft's driver; "
        "if "
        "the installed FreeTDS is 1.4 or newer, call it \"FreeTDS 1.4\" in odbcinst.ini and in the setting driver",
        name, name));
  }
}

/// Key and value for the encryption that is asked for, in the driver's words.
std::pair<std::string, std::string> encryption(const Login& login) {
  const bool no = login.encrypt == "no";
  if (login.encrypt == "strict" && microsoft_version(login.driver).value_or(0) < 18) {
    throw SourceError(
        fmt::format("encrypt = strict needs \"ODBC Driver 18 for SQL Server\" or newer, not \"{}\"", login.driver));
  }
  if (is_free_tds(login.driver)) return {"Encryption", no ? "off" : "require"};
  if (is_postgresql(login.driver)) return {"SSLmode", no ? "disable" : "require"};
  return {"Encrypt", login.encrypt};
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
  refuse_changed_values(login);
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
  if (!login.encrypt.empty()) {
    const auto [key, value] = encryption(login);
    add(key, value);
  }
  // psqlODBC holds a whole result in memory unless it declares a cursor, and gives booleans as strings unless told.
  if (is_postgresql(login.driver)) text += "UseDeclareFetch=1;Fetch=1000;BoolsAsChar=0;";
  // FreeTDS also tries Sybase's protocol when a server is silent, unless told, and waits for ever then.
  if (is_free_tds(login.driver)) add("TDS_Version", "7.4");
  return text;
}

std::string connection_advice(const Login& login, std::string_view reason) {
  const auto says = [&](std::string_view word) { return reason.find(word) != std::string_view::npos; };
  if (says("certificate verify failed") || says("self-signed") || says("self signed")) {
    return fmt::format(
        ". The certificate of {} is not trusted: install the certificate of its CA on this machine (ODBC drivers do "
        "not "
        "see cacert_file), or set verify_ssl = False to connect without the check",
        login.server);
  }
  if (says("SSL Provider") || says("SSL routines") || says("TCP Provider: Error code 0x2746")) {
    return fmt::format(
        ". No encrypted connection to {}: its TLS may be too old for the driver. Update the server, or set "
        "encrypt = no",
        login.server);
  }
  return {};
}

}  // namespace connector::odbc
