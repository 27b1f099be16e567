// How values of a result come from where the driver has written them.
#include <fmt/format.h>
#include <sql.h>
#include <sqlext.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sccm/column.h"
#include "sccm/result.h"

namespace connector::odbc {
namespace {

constexpr std::size_t longest_text = std::size_t{32} << 20;  // UTF-16 units

std::string iso_8601(const SQL_TIMESTAMP_STRUCT& t) {
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", t.year, t.month, t.day, t.hour, t.minute, t.second);
  const unsigned microseconds = t.fraction / 1000;
  if (microseconds != 0) text += fmt::format(".{:06}", microseconds);
  return text;
}

Json finite(double number) {
  return std::isfinite(number) ? Json(number) : Json();
}

void add(Rows& rows, const Json& value) {
  if (value.is_string()) {
    rows.add(value.get_ref<const std::string&>());
  } else {
    rows.add_json(to_text(value));
  }
}

}  // namespace

Json decimal(std::string_view text) {
  const std::string_view whole = text.substr(0, text.find('.'));
  const std::string_view fraction = text.substr(std::min(text.size(), whole.size() + 1));
  const std::string_view digits = whole.substr(whole.starts_with('-') ? 1 : 0);
  if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos &&
      fraction.find_first_not_of('0') == std::string_view::npos) {
    return parse_json(whole);
  }
  double number = 0;  // SQL Server's drivers write .5, which is not JSON
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || rest != text.data() + text.size()) return std::string(text);
  return finite(number);
}

void Result::add_value(Column& column, std::size_t row) {
  if (column.c_type == SQL_C_WCHAR) return add_text(column, row);
  if (!column.is_bound) {
    require(SQLGetData(statement_.get(), column.number, column.c_type, column.values.get(),
                       static_cast<SQLLEN>(column.width), column.lengths.data()));
  }
  if (column.lengths[row] == SQL_NULL_DATA) return fetched_rows_.add_null();
  switch (column.c_type) {
    case SQL_C_BIT:
      return fetched_rows_.add_json(column.value<unsigned char>(row) != 0 ? "true" : "false");
    case SQL_C_DOUBLE:
      return add(fetched_rows_, finite(column.value<double>(row)));
    case SQL_C_TYPE_TIMESTAMP:
      return fetched_rows_.add(iso_8601(column.value<SQL_TIMESTAMP_STRUCT>(row)));
    default:
      return fetched_rows_.add_json(fmt::format_int(column.value<SQLBIGINT>(row)).str());
  }
}

void Result::add_text(const Column& column, std::size_t row) {
  const auto units = text_of(column, row);
  if (!units) return fetched_rows_.add_null();
  text_.clear();
  append_utf8(text_, *units);
  if (column.sql_type == SQL_DECIMAL || column.sql_type == SQL_NUMERIC) return add(fetched_rows_, decimal(text_));
  fetched_rows_.add(text_);
}

/// Nothing for null.
std::optional<std::span<const std::uint16_t>> Result::text_of(const Column& column, std::size_t row) {
  if (!column.is_bound) return unbound_text(column);
  const SQLLEN length = column.lengths[row];
  if (length == SQL_NULL_DATA) return {};
  if (length >= 0 && static_cast<std::size_t>(length) < column.width) {
    const auto* units = reinterpret_cast<const std::uint16_t*>(column.at(row));
    return std::span(units, static_cast<std::size_t>(length) / sizeof(SQLWCHAR));
  }
  // Longer than declared, as PostgreSQL's strings without a length are: psqlODBC reads bound columns again.
  const bool at_row = row_outcomes_.size() == 1 ||
                      SQL_SUCCEEDED(SQLSetPos(statement_.get(), row + 1, SQL_POSITION, SQL_LOCK_NO_CHANGE));
  if (at_row) return unbound_text(column);
  throw SourceError(fmt::format("{}: a string in the column {} is longer than the ODBC driver says it can be", about_,
                                name_of(column)));
}

std::optional<std::span<const std::uint16_t>> Result::unbound_text(const Column& column) {
  std::size_t used = 0;
  while (true) {
    const std::size_t room = long_text_.size() - used;
    SQLLEN bytes_left = 0;
    const SQLRETURN result = SQLGetData(statement_.get(), column.number, SQL_C_WCHAR, long_text_.data() + used,
                                        static_cast<SQLLEN>(room * sizeof(SQLWCHAR)), &bytes_left);
    if (result == SQL_NO_DATA) break;
    require(result);
    if (bytes_left == SQL_NULL_DATA) return {};
    const bool length_known = bytes_left != SQL_NO_TOTAL;
    const std::size_t left = length_known ? static_cast<std::size_t>(bytes_left) / sizeof(SQLWCHAR) : room;
    if (left < room) {
      used += left;
      break;
    }
    used += room - 1;  // each piece ends with a zero
    const std::size_t needed = length_known ? used + left - (room - 1) + 1 : 2 * long_text_.size();
    if (needed > longest_text) {
      throw SourceError(fmt::format("{}: a string in the column {} is longer than {} characters", about_,
                                    name_of(column), longest_text));
    }
    long_text_.resize(needed);
  }
  return std::span(long_text_).first(used);
}

}  // namespace connector::odbc
