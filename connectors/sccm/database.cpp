#include "sccm/database.h"

#include <fmt/format.h>
#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#include <array>
#include <utility>

namespace connector::odbc {

namespace {

constexpr std::uintptr_t connect_seconds = 30;
constexpr std::uintptr_t answer_seconds = 3600;  // SQL Server sorts all computers before it gives the first

/// Short secrets stay: *** for each "a" would tell more than it hides.
std::string without(const std::string& secret, std::string text) {
  if (secret.size() < 4) return text;
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += 3)
    text.replace(at, secret.size(), "***");
  return text;
}

Handle new_handle(SQLSMALLINT type, SQLHANDLE parent, void (*close)(void*)) {
  SQLHANDLE handle = SQL_NULL_HANDLE;
  if (!SQL_SUCCEEDED(SQLAllocHandle(type, parent, &handle))) throw SourceError("unixODBC gives no handle");
  return {handle, close};
}

Handle new_environment() {
  Handle environment =
      new_handle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, [](void* handle) { SQLFreeHandle(SQL_HANDLE_ENV, handle); });
  SQLSetEnvAttr(environment.get(), SQL_ATTR_ODBC_VERSION, attribute(SQL_OV_ODBC3), 0);
  return environment;
}

Handle new_connection(const Handle& environment) {
  return new_handle(SQL_HANDLE_DBC, environment.get(), [](void* handle) {
    SQLDisconnect(handle);
    SQLFreeHandle(SQL_HANDLE_DBC, handle);
  });
}

Handle new_statement(const Handle& connection) {
  Handle statement =
      new_handle(SQL_HANDLE_STMT, connection.get(), [](void* handle) { SQLFreeHandle(SQL_HANDLE_STMT, handle); });
  SQLSetStmtAttr(statement.get(), SQL_ATTR_QUERY_TIMEOUT, attribute(answer_seconds), SQL_IS_UINTEGER);
  return statement;
}

/// Whether a SQLSTATE says that there is no such table, view or column; the last two are PostgreSQL's own.
bool is_unknown_name(std::string_view state) {
  return state == "42S02" || state == "42S22" || state == "42P01" || state == "42703";
}

}  // namespace

std::vector<std::string> installed_drivers() {
  const Handle environment = new_environment();
  std::vector<std::string> drivers;
  std::array<SQLWCHAR, 512> name{};
  std::array<SQLWCHAR, 2> attributes{};
  SQLSMALLINT length = 0, attributes_length = 0;
  SQLUSMALLINT direction = SQL_FETCH_FIRST;
  while (SQL_SUCCEEDED(SQLDriversW(environment.get(), direction, name.data(), name.size(), &length, attributes.data(),
                                   attributes.size(), &attributes_length))) {
    drivers.push_back(utf8(written(name, length)));
    direction = SQL_FETCH_NEXT;
  }
  return drivers;
}

Database::Database(const Login& login, std::stop_token stop)
    : environment_(new_environment()), connection_(new_connection(environment_)), stop_(std::move(stop)) {
  SQLSetConnectAttr(connection_.get(), SQL_ATTR_LOGIN_TIMEOUT, attribute(connect_seconds), SQL_IS_UINTEGER);
  Utf16 text = utf16(connection_string(login));
  SQLSMALLINT length = 0;
  if (SQL_SUCCEEDED(SQLDriverConnectW(connection_.get(), nullptr, text.data(), static_cast<SQLSMALLINT>(text.size()),
                                      nullptr, 0, &length, SQL_DRIVER_NOPROMPT))) {
    return;
  }
  const Diagnosis cause = diagnosis(SQL_HANDLE_DBC, connection_.get());
  const std::string& password = login.password.value;
  const std::string message =
      fmt::format("cannot connect to the database {} on {}: {}{}", login.database, login.server,
                  without(password, without(escaped(password), cause.text)), connection_advice(login, cause.text));
  if (cause.state.starts_with("28")) throw AuthenticationError(message);
  throw SourceError(message);
}

std::unique_ptr<Result> Database::query(std::string_view sql, const std::string& about) {
  std::unique_ptr<Result> result(new Result(new_statement(connection_), about, stop_));
  result->require(result->execute(sql));
  result->bind_columns();
  return result;
}

std::unique_ptr<Result> Database::query_what_exists(std::string_view sql, const std::string& about) {
  std::unique_ptr<Result> result(new Result(new_statement(connection_), about, stop_));
  const int outcome = result->execute(sql);
  if (!SQL_SUCCEEDED(outcome) && is_unknown_name(diagnosis(SQL_HANDLE_STMT, result->statement_.get()).state)) return {};
  result->require(outcome);
  result->bind_columns();
  return result;
}

}  // namespace connector::odbc
