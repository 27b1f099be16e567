#include "sccm/column.h"

#include <string_view>

namespace connector::odbc {
namespace {

constexpr std::size_t longest_bound_text = 8000;  // characters; SQL Server's longest but for the type max

}  // namespace

Reading reading(SQLSMALLINT sql_type, std::size_t size) {
  switch (sql_type) {
    case SQL_BIT:
      return {SQL_C_BIT, sizeof(unsigned char)};
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
    case SQL_BIGINT:
      return {SQL_C_SBIGINT, sizeof(SQLBIGINT)};
    case SQL_REAL:
    case SQL_FLOAT:
    case SQL_DOUBLE:
      return {SQL_C_DOUBLE, sizeof(double)};
    case SQL_TYPE_TIMESTAMP:
      return {SQL_C_TYPE_TIMESTAMP, sizeof(SQL_TIMESTAMP_STRUCT)};
    case SQL_DECIMAL:
    case SQL_NUMERIC:
      size += std::string_view("-0.").size();
      [[fallthrough]];
    case SQL_CHAR:
    case SQL_VARCHAR:
    case SQL_WCHAR:
    case SQL_WVARCHAR:
    case SQL_GUID:
      return {SQL_C_WCHAR, size > 0 && size <= longest_bound_text ? (size + 1) * sizeof(SQLWCHAR) : 0};
    default:  // long types, and those whose size is not that of their text
      return {SQL_C_WCHAR, 0};
  }
}

}  // namespace connector::odbc
