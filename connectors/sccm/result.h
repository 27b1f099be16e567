// The rows of a query's result, which ODBC fetches in blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "connector/connector.h"
#include "connector/queue.h"
#include "sccm/odbc.h"

namespace connector::odbc {

/// A decimal number's text as a number: exact when there is no fraction, else the nearest double. Null for NaN.
Json decimal(std::string_view text);

/// The rows of a result, one after the other; they are not kept. A thread fetches them ahead, so that the database and
/// whoever looks at the rows work at the same time.
class Result {
 public:
  ~Result();

  /// Moves on to the next row; false behind the last one. Throws SourceError, and Stopped after a stop.
  bool next();

  /// The names of the columns.
  const Rows::Columns& names() const { return *names_; }

  /// A value of the row: null, boolean, number or string. A date and time is a string: 2024-03-05T14:30:00 or
  /// 2024-03-05T14:30:00.250000. Lasts until next() is called.
  ValueView at(std::size_t column) const { return block_.at(row_, column); }

  /// The row's values under the names of their columns.
  Json object() const { return block_.record(row_); }

 private:
  friend class Database;
  class Cancellation;
  struct Column;

  Result(Handle statement, std::string about, const std::stop_token& stop);
  int execute(std::string_view sql);
  void describe_columns();
  void bind_columns();
  void fetch_ahead(const std::stop_token& unwanted);
  bool fetch();
  std::size_t complete_rows(int outcome);
  void add_value(Column& column, std::size_t row);
  void add_text(const Column& column, std::size_t row);
  std::optional<std::span<const std::uint16_t>> text_of(const Column& column, std::size_t row);
  std::optional<std::span<const std::uint16_t>> unbound_text(const Column& column);
  const std::string& name_of(const Column& column) const;
  std::string failure(const Diagnosis& cause) const;
  void require(int outcome) const;

  Handle statement_;
  std::unique_ptr<Cancellation> cancellation_;
  const std::string about_;
  const std::stop_token stop_;

  std::vector<Column> columns_;              ///< where the driver writes the values of a block of rows
  std::vector<std::uint16_t> row_outcomes_;  ///< as ODBC numbers them
  std::size_t fetched_ = 0;                  ///< how many rows the driver wrote
  std::string broken_off_;                   ///< why nothing comes behind them
  std::vector<std::uint16_t> long_text_;     ///< room for one, kept for the next
  std::string text_;                         ///< the same for one of any length in UTF-8

  std::shared_ptr<const Rows::Columns> names_;
  Rows fetched_rows_;  ///< the thread's
  Queue<Rows> blocks_;
  std::exception_ptr failure_;  ///< why no more come, once the queue is closed
  Rows block_;
  std::size_t row_ = 0;  ///< of the block: the one that next() moved on to
  std::jthread thread_;
};

}  // namespace connector::odbc
