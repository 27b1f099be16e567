#include "sccm/result.h"

#include <fmt/format.h>
#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace connector::odbc {

namespace {

constexpr std::size_t longest_text = std::size_t{32} << 20;  // UTF-16 units
constexpr std::size_t longest_bound_text = 8000;             // characters; SQL Server's longest but for the type max
constexpr std::size_t block_bytes = std::size_t{1} << 20;
constexpr std::size_t blocks_ahead = 4;
constexpr std::size_t rows_in_block = 100;  // psqlODBC asks for 1000 at a time: no block lies across two answers

/// As which C type a column is read, and the bytes that a value may take; 0: any number.
struct Reading {
  SQLSMALLINT c_type;
  std::size_t width;
};

/// size: of the column, as its driver declares it: characters or digits.
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

/// Cancels what a statement still waits for a second after a stop. Not at once: FreeTDS may wait for ever when rows
/// come in while it is told to cancel. On a thread of its own, because drivers open connections for it; again and
/// again, because one that comes before its query has no effect.
class Result::Cancellation {
 public:
  Cancellation(const std::stop_token& stop, SQLHANDLE statement)
      : on_stop_(stop, [this, statement] {
          thread_ = std::jthread([statement](const std::stop_token& done) { cancel(statement, done); });
        }) {}

 private:
  static void cancel(SQLHANDLE statement, const std::stop_token& done) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any pause;
    while (true) {
      pause.wait_for(lock, done, std::chrono::seconds(1), [] { return false; });
      if (done.stop_requested()) return;
      SQLCancel(statement);
    }
  }

  std::jthread thread_;
  std::stop_callback<std::function<void()>> on_stop_;
};

/// A column, and where the driver writes its values and their lengths for the rows of a block.
struct Result::Column {
  SQLUSMALLINT number;
  SQLSMALLINT sql_type;
  SQLSMALLINT c_type;
  std::size_t width;      ///< bytes that a value may take; 0: any number
  bool is_bound = false;  ///< SQLFetch reads it, not SQLGetData
  std::unique_ptr<std::byte[]> values = {};
  std::vector<SQLLEN> lengths = {};

  const std::byte* at(std::size_t row) const { return values.get() + row * width; }

  template <class Value>
  Value value(std::size_t row) const {
    Value value;
    std::memcpy(&value, at(row), sizeof value);
    return value;
  }
};

Result::Result(Handle statement, std::string about, const std::stop_token& stop)
    : statement_(std::move(statement)),
      cancellation_(std::make_unique<Cancellation>(stop, statement_.get())),
      about_(std::move(about)),
      stop_(stop),
      long_text_(512),
      names_(std::make_shared<Rows::Columns>()),
      fetched_rows_(names_),
      blocks_(blocks_ahead, block_bytes),
      block_(names_) {}

Result::~Result() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  while (blocks_.pop()) continue;  // the thread may wait for room
}

int Result::execute(std::string_view sql) {
  Utf16 text = utf16(sql);
  return SQLExecDirectW(statement_.get(), text.data(), static_cast<SQLINTEGER>(text.size()));
}

void Result::describe_columns() {
  Rows::Columns names;
  SQLSMALLINT count = 0;
  require(SQLNumResultCols(statement_.get(), &count));
  for (SQLSMALLINT i = 1; i <= count; ++i) {
    const auto number = static_cast<SQLUSMALLINT>(i);
    std::array<SQLWCHAR, 129> name{};
    SQLSMALLINT length = 0, type = 0, digits = 0, nullable = 0;
    SQLULEN size = 0;
    require(
        SQLDescribeColW(statement_.get(), number, name.data(), name.size(), &length, &type, &size, &digits, &nullable));
    const auto [c_type, width] = reading(type, size);
    names.push_back(utf8(written(name, length)));
    columns_.push_back({.number = number, .sql_type = type, .c_type = c_type, .width = width});
  }
  names_ = std::make_shared<const Rows::Columns>(std::move(names));
  fetched_rows_ = block_ = Rows(names_);
}

/// What may be of any length is for SQLGetData, which drivers for SQL Server have in blocks of one row only, and for
/// the columns behind the bound ones.
void Result::bind_columns() {
  describe_columns();
  const auto first_long = std::ranges::find_if(columns_, [](const Column& column) { return column.width == 0; });
  std::size_t row_bytes = 1;
  for (const Column& column : columns_) row_bytes += column.width + sizeof(SQLLEN);
  std::size_t rows = std::clamp<std::size_t>(block_bytes / row_bytes, 1, rows_in_block);
  if (first_long != columns_.end()) rows = 1;
  SQLHANDLE statement = statement_.get();
  if (!SQL_SUCCEEDED(SQLSetStmtAttr(statement, SQL_ATTR_ROW_ARRAY_SIZE, attribute(rows), SQL_IS_UINTEGER))) rows = 1;
  row_outcomes_.resize(rows);
  require(SQLSetStmtAttr(statement, SQL_ATTR_ROW_STATUS_PTR, row_outcomes_.data(), SQL_IS_POINTER));
  require(SQLSetStmtAttr(statement, SQL_ATTR_ROWS_FETCHED_PTR, &fetched_, SQL_IS_POINTER));
  for (auto column = columns_.begin(); column != columns_.end(); ++column) {
    column->values = std::make_unique_for_overwrite<std::byte[]>(rows * column->width);
    column->lengths.resize(rows);
    column->is_bound = column < first_long;
    if (!column->is_bound) continue;
    require(SQLBindCol(statement, column->number, column->c_type, column->values.get(),
                       static_cast<SQLLEN>(column->width), column->lengths.data()));
  }
}

bool Result::next() {
  if (stop_.stop_requested()) throw Stopped();
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& unwanted) { fetch_ahead(unwanted); });
  for (++row_; row_ >= block_.size(); row_ = 0) {
    std::optional<Rows> block = blocks_.pop();
    if (stop_.stop_requested()) throw Stopped();
    if (!block && failure_) std::rethrow_exception(failure_);
    if (!block) return false;
    block_ = *std::move(block);
  }
  return true;
}

void Result::fetch_ahead(const std::stop_token& unwanted) {
  const auto hand_over = [this] {
    const std::size_t bytes = fetched_rows_.text_bytes();
    blocks_.push(std::exchange(fetched_rows_, Rows(names_, bytes)), bytes);
  };
  try {
    while (!unwanted.stop_requested() && fetch()) hand_over();
  } catch (...) {
    failure_ = std::current_exception();
    fetched_rows_.resize(fetched_rows_.size());  // without what there is of a row that broke off
    hand_over();
  }
  blocks_.close();
}

bool Result::fetch() {
  if (!broken_off_.empty()) throw SourceError(broken_off_);
  fetched_ = 0;
  std::ranges::fill(row_outcomes_, SQL_ROW_NOROW);
  const SQLRETURN outcome = SQLFetch(statement_.get());
  if (outcome == SQL_NO_DATA) {
    // What broke a query off behind its last row is only told to those who ask for more.
    const SQLRETURN more = SQLMoreResults(statement_.get());
    if (more != SQL_NO_DATA) require(more);
    return false;
  }
  for (std::size_t row = 0, rows = complete_rows(outcome); row < rows; ++row) {
    for (Column& column : columns_) add_value(column, row);
  }
  return true;
}

/// How many rows the driver gave. It may give rows and what broke them off in one answer; fetch() tells that next time.
std::size_t Result::complete_rows(int outcome) {
  const auto end = row_outcomes_.begin() + static_cast<std::ptrdiff_t>(std::min(fetched_, row_outcomes_.size()));
  const auto bad = std::find_if(row_outcomes_.begin(), end, [](std::uint16_t row_outcome) {
    return row_outcome == SQL_ROW_ERROR || row_outcome == SQL_ROW_NOROW;
  });
  if (outcome != SQL_SUCCESS || bad != end) {
    const Diagnosis found = diagnosis(SQL_HANDLE_STMT, statement_.get());
    if (!SQL_SUCCEEDED(outcome) || found.is_error || bad != end) broken_off_ = failure(found);
  }
  return static_cast<std::size_t>(bad - row_outcomes_.begin());
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

const std::string& Result::name_of(const Column& column) const {
  return (*names_)[column.number - 1U];
}

std::string Result::failure(const Diagnosis& cause) const {
  return fmt::format("the {} query failed: {}", about_, cause.text);
}

void Result::require(int outcome) const {
  if (!SQL_SUCCEEDED(outcome)) throw SourceError(failure(diagnosis(SQL_HANDLE_STMT, statement_.get())));
}

}  // namespace connector::odbc
