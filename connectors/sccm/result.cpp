#include "sccm/result.h"

#include <fmt/format.h>
#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "sccm/column.h"

namespace connector::odbc {

namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;
constexpr std::size_t blocks_ahead = 4;
constexpr std::size_t rows_in_block = 100;  // psqlODBC asks for 1000 at a time: no block lies across two answers

}  // namespace

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
