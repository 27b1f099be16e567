#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connector/connector.h"

namespace connector::odbc {

/// Where the database is and who asks.
struct Login {
  std::string driver = {};  ///< the name of an installed ODBC driver
  std::string server = {};
  std::string port = {};  ///< empty: the driver's default
  std::string database = {};
  bool windows_authentication = false;  ///< the account that runs the program, instead of username and password
  std::string username = {};
  Secret password = {};
  bool verify_certificate = true;
  std::string encrypt = {};  ///< yes, no or strict; empty: as the driver likes
};

/// The driver to use: `wanted` if it is installed; when `wanted` is empty, the newest "ODBC Driver N for SQL Server",
/// else "SQL Server". Throws SourceError, which lists the installed drivers, when there is no such driver.
std::string choose_driver(const std::string& wanted, const std::vector<std::string>& installed);

/// A value as it stands in a connection string: in braces where it needs them.
std::string escaped(const std::string& value);

/// The text for SQLDriverConnect. It holds the password. Throws SourceError when the driver cannot do what is asked
/// for, or would pass on a value changed.
std::string connection_string(const Login& login);

/// What to do when a driver does not connect for this reason; empty: nothing is known.
std::string connection_advice(const Login& login, std::string_view reason);

}  // namespace connector::odbc
