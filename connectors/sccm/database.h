// ODBC behind two classes: a connection, and the rows of a query's result.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "connector/json.h"
#include "sccm/connection_string.h"

namespace connector::odbc {

/// An ODBC handle that is freed with its owner.
using Handle = std::unique_ptr<void, void (*)(void*)>;

/// The names of the ODBC drivers that are installed. Throws SourceError.
std::vector<std::string> installed_drivers();

/// A decimal number's text as a number: exact when there is no fraction, else the nearest double. Null for NaN.
Json decimal(std::string_view text);

/// The rows of a result, one after the other; they are not kept.
class Rows {
 public:
  Rows(Rows&&) noexcept;
  ~Rows();

  /// Moves on to the next row; false behind the last one. Throws SourceError, and Stopped after a stop.
  bool next();

  /// The row's values in the order of the columns: null, booleans, numbers, strings. A date and time is a string:
  /// 2024-03-05T14:30:00 or 2024-03-05T14:30:00.250000. They may be moved away.
  std::vector<Json>& values() { return values_; }

  /// The row's values under the names of their columns. They are moved away.
  Json take_object();

 private:
  friend class Database;
  class Cancellation;
  struct Column {
    std::string name;
    int type;  ///< ODBC's number of the SQL type
  };

  Rows(Handle statement, std::string about, const std::stop_token& stop);
  void describe_columns();
  Json value(std::size_t column);
  template <class Value>
  Json fixed_size(std::size_t column, int type);
  Json text(std::size_t column);
  void require(int result) const;

  Handle statement_;
  std::unique_ptr<Cancellation> cancellation_;
  std::string about_;
  std::stop_token stop_;
  std::vector<Column> columns_;
  std::vector<Json> values_;
  std::vector<std::uint16_t> buffer_;  ///< of one text in UTF-16, kept for the next
};

/// A connection. It outlives its Rows and has one result open at a time.
class Database {
 public:
  /// Connects. stop: ends reading, and cancels queries that are still waited for, which then fail. The password stands
  /// in no message. Throws AuthenticationError when the credentials are refused, SourceError when there is no
  /// connection for another reason.
  Database(const Login& login, std::stop_token stop);

  /// Sends a query. `about` says in messages what is asked for: "software". Throws SourceError.
  Rows query(std::string_view sql, const std::string& about);

  /// The same, but nothing when the database has no view or column of a name in the query.
  std::optional<Rows> query_what_exists(std::string_view sql, const std::string& about);

 private:
  Handle environment_;
  Handle connection_;
  std::stop_token stop_;
};

}  // namespace connector::odbc
