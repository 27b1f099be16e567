#pragma once

#include <csv.h>

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/rows.h"

namespace connector::csv {

/// A row that takes more bytes than `most` is not kept, whatever stands in its values.
struct CsvRowLimit {
  std::size_t most = std::numeric_limits<std::size_t>::max();
  std::function<void(std::size_t row)> tell = {};  ///< of one that is left out, by its number
};

/// Understands CSV: the first row names the columns, each further one has a text for each of them. A delimiter, double
/// quotes, rows that end in LF, CRLF or CR; empty rows are skipped. Takes the text piece by piece, wherever it is cut,
/// and hands rows over some at a time.
class CsvTable {
 public:
  using EmitRows = std::function<void(Rows)>;
  /// What is wrong with a file that has these columns; empty for nothing.
  using CheckColumns = std::function<std::string(const std::vector<std::string>& columns)>;

  CsvTable(char delimiter, CheckColumns check, EmitRows emit, CsvRowLimit limit = {});
  ~CsvTable();
  CsvTable(const CsvTable&) = delete;
  CsvTable& operator=(const CsvTable&) = delete;

  /// The file's next bytes: rows that end in them are emitted, now or later. Throws what emit throws; the table is of
  /// no use then.
  void read(std::string_view text);

  /// The file's end: what was begun is the last row, unless a quote is open in it.
  void finish();

  /// Emits the rows that have ended.
  void flush();

  /// What is wrong: with the columns, or which row is broken and why; empty while nothing is. From there on nothing is
  /// emitted.
  const std::string& problem() const { return problem_; }

 private:
  static void on_value(void* text, std::size_t size, void* table);
  static void on_row(int end, void* table);

  std::size_t parse(std::string_view text);
  void feed(std::string_view line);
  void take_plain_values(std::string_view& line);
  void parse_quoted(std::string_view line);
  void append_value(std::string_view text);
  void keep_value(std::string_view text);
  void keep_part(std::string_view line, std::size_t begin, std::size_t size);
  bool wants_next_value();
  bool is_too_large() const { return row_bytes_ > limit_.most; }
  void forget_value();
  void leave_out_row();
  void add_columns();
  void end_row();

  csv_parser parser_;
  const char delimiter_;
  CheckColumns check_;
  EmitRows emit_;
  const CsvRowLimit limit_;

  std::vector<std::string> columns_;
  std::vector<bool> repeated_;  ///< a later column has the same name and counts instead
  bool has_columns_ = false;

  std::size_t row_number_ = 1;                         ///< the column names are row 1; empty rows are not counted
  std::size_t column_ = 0;                             ///< of the next value
  std::size_t row_bytes_ = 0;                          ///< of the row that has begun
  std::shared_ptr<const Rows::Columns> kept_columns_;  ///< those that are not repeated
  std::optional<Rows> rows_;                           ///< that ended, and the one that has begun
  std::size_t complete_rows_ = 0;                      ///< of these
  bool keeps_value_ = false;                           ///< the last one
  bool continues_ = false;                             ///< the next value belongs to the last one
  bool is_utf8_ = true;
  bool row_ended_ = false;
  bool is_at_row_start_ = true;  ///< and the parser has seen nothing of the row
  std::string problem_;
};

}  // namespace connector::csv
