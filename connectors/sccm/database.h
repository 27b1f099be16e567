// A connection to a database through ODBC.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "sccm/connection_string.h"
#include "sccm/odbc.h"
#include "sccm/result.h"

namespace connector::odbc {

/// The names of the ODBC drivers that are installed. Throws SourceError.
std::vector<std::string> installed_drivers();

/// A connection. It outlives its Results and has one result open at a time.
class Database {
 public:
  /// Connects. stop: ends reading, and cancels queries that are still waited for, which then fail. The password stands
  /// in no message. Throws AuthenticationError when the credentials are refused, SourceError when there is no
  /// connection for another reason.
  Database(const Login& login, std::stop_token stop);

  /// Sends a query. `about` says in messages what is asked for: "software". Throws SourceError.
  std::unique_ptr<Result> query(std::string_view sql, const std::string& about);

  /// The same, but nullptr when the database has no view or column of a name in the query.
  std::unique_ptr<Result> query_what_exists(std::string_view sql, const std::string& about);

 private:
  Handle environment_;
  Handle connection_;
  std::stop_token stop_;
};

}  // namespace connector::odbc
