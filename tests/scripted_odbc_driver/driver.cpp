// An ODBC driver that answers every query with the numbers from 1 on and a text, in a way that the name of the database
// chooses: what drivers do at times, and the servers of the tests do not make theirs do.
#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace {

struct Column {
  char* values = nullptr;
  SQLLEN width = 0;
  SQLLEN* lengths = nullptr;
};

struct Driver {
  std::string way;
  SQLULEN rows_in_block = 1;
  SQLULEN* fetched = nullptr;
  SQLUSMALLINT* outcomes = nullptr;
  Column columns[2];
  int blocks = 0;
  std::string state, message;  // of the last call

  SQLRETURN tells(SQLRETURN result, std::string_view with_state, std::string_view with_message) {
    state = with_state;
    message = with_message;
    return result;
  }
} driver;

constexpr int rows = 3;
constexpr SQLULEN declared_length = 10;

std::string text_of(int row) {
  return driver.way == "longer than declared" && row == 2 ? "longer than was declared" : "text " + std::to_string(row);
}

void write_row(SQLULEN place, int row) {
  const auto [numbers, ignored, number_lengths] = driver.columns[0];
  const auto [texts, width, text_lengths] = driver.columns[1];
  const std::string text = text_of(row);
  const SQLBIGINT number = row;
  std::memcpy(numbers + place * sizeof number, &number, sizeof number);
  number_lengths[place] = sizeof number;
  auto* units = reinterpret_cast<SQLWCHAR*>(texts + place * static_cast<SQLULEN>(width));
  const std::size_t room = static_cast<std::size_t>(width) / sizeof(SQLWCHAR) - 1;
  *std::copy_n(text.begin(), std::min(text.size(), room), units) = 0;
  text_lengths[place] = static_cast<SQLLEN>(text.size() * sizeof(SQLWCHAR));
  driver.outcomes[place] = SQL_ROW_SUCCESS;
  *driver.fetched = place + 1;
}

SQLRETURN copied(std::string_view text, SQLWCHAR* to) {
  *std::copy(text.begin(), text.end(), to) = 0;
  return SQL_SUCCESS;
}

}  // namespace

extern "C" {

SQLRETURN SQLAllocHandle(SQLSMALLINT, SQLHANDLE, SQLHANDLE* handle) {
  *handle = &driver;
  return SQL_SUCCESS;
}

SQLRETURN SQLFreeHandle(SQLSMALLINT, SQLHANDLE) {
  return SQL_SUCCESS;
}

SQLRETURN SQLSetEnvAttr(SQLHENV, SQLINTEGER, SQLPOINTER, SQLINTEGER) {
  return SQL_SUCCESS;
}

SQLRETURN SQLDriverConnectW(SQLHDBC, SQLHWND, SQLWCHAR* text, SQLSMALLINT length, SQLWCHAR*, SQLSMALLINT, SQLSMALLINT*,
                            SQLUSMALLINT) {
  const std::string connection(text, text + length);
  const std::size_t begin = connection.find("Database=") + std::strlen("Database=");
  driver = {};
  driver.way = connection.substr(begin, connection.find(';', begin) - begin);
  return SQL_SUCCESS;
}

SQLRETURN SQLDisconnect(SQLHDBC) {
  return SQL_SUCCESS;
}

SQLRETURN SQLExecDirectW(SQLHSTMT, SQLWCHAR*, SQLINTEGER) {
  return SQL_SUCCESS;
}

SQLRETURN SQLNumResultCols(SQLHSTMT, SQLSMALLINT* count) {
  *count = 2;
  return SQL_SUCCESS;
}

SQLRETURN SQLDescribeColW(SQLHSTMT, SQLUSMALLINT number, SQLWCHAR* name, SQLSMALLINT, SQLSMALLINT* length,
                          SQLSMALLINT* type, SQLULEN* size, SQLSMALLINT*, SQLSMALLINT*) {
  *length = 1;
  *type = number == 1 ? SQL_INTEGER : SQL_WVARCHAR;
  *size = declared_length;
  return copied(number == 1 ? "n" : "t", name);
}

SQLRETURN SQLSetStmtAttrW(SQLHSTMT, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER) {
  const auto number = reinterpret_cast<std::uintptr_t>(value);
  if (attribute == SQL_ATTR_ROW_STATUS_PTR) driver.outcomes = static_cast<SQLUSMALLINT*>(value);
  if (attribute == SQL_ATTR_ROWS_FETCHED_PTR) driver.fetched = static_cast<SQLULEN*>(value);
  if (attribute != SQL_ATTR_ROW_ARRAY_SIZE) return SQL_SUCCESS;
  if (driver.way == "no blocks" && number > 1) return driver.tells(SQL_ERROR, "HYC00", "not implemented");
  driver.rows_in_block = number;
  return SQL_SUCCESS;
}

SQLRETURN SQLBindCol(SQLHSTMT, SQLUSMALLINT number, SQLSMALLINT, SQLPOINTER values, SQLLEN width, SQLLEN* lengths) {
  driver.columns[number - 1] = {static_cast<char*>(values), width, lengths};
  return SQL_SUCCESS;
}

SQLRETURN SQLFetch(SQLHSTMT) {
  const int first = driver.blocks++ * static_cast<int>(driver.rows_in_block);
  const int count = std::min(static_cast<int>(driver.rows_in_block), rows - first);
  if (count <= 0) return SQL_NO_DATA;
  for (int i = 0; i < count; ++i) write_row(static_cast<SQLULEN>(i), first + i + 1);
  if (driver.way == "warns") return driver.tells(SQL_SUCCESS_WITH_INFO, "01000", "a warning");
  if (driver.way == "breaks off") return driver.tells(SQL_SUCCESS_WITH_INFO, "22012", "divide by zero");
  if (driver.way == "loses the connection") return driver.tells(SQL_ERROR, "08S01", "connection lost");
  if (driver.way != "bad row") return SQL_SUCCESS;
  driver.outcomes[1] = SQL_ROW_ERROR;
  return driver.tells(SQL_SUCCESS_WITH_INFO, "01S01", "error in row");
}

SQLRETURN SQLMoreResults(SQLHSTMT) {
  return SQL_NO_DATA;
}

SQLRETURN SQLErrorW(SQLHENV, SQLHDBC, SQLHSTMT, SQLWCHAR* state, SQLINTEGER* native, SQLWCHAR* message, SQLSMALLINT,
                    SQLSMALLINT* length) {
  if (driver.state.empty()) return SQL_NO_DATA;
  *native = 0;
  *length = static_cast<SQLSMALLINT>(driver.message.size());
  copied(driver.message, message);
  return copied(std::exchange(driver.state, {}), state);
}

}  // extern "C"
