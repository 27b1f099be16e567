#pragma once

#include <csv.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/json.h"

namespace connector {

/// Understands CSV: the first row names the columns, each further one becomes an object column name -> text. A
/// delimiter, double quotes, rows that end in LF, CRLF or CR; empty rows are skipped. Takes the text piece by piece,
/// wherever it is cut, and holds one row at a time.
class CsvTable {
 public:
  using EmitRow = std::function<void(Json)>;
  /// What is wrong with a file that has these columns; empty for nothing.
  using CheckColumns = std::function<std::string(const std::vector<std::string>& columns)>;

  CsvTable(char delimiter, CheckColumns check, EmitRow emit);
  ~CsvTable();
  CsvTable(const CsvTable&) = delete;
  CsvTable& operator=(const CsvTable&) = delete;

  /// The file's next bytes: rows that end in them are emitted. Throws what emit throws; the table is of no use then.
  void read(std::string_view text);

  /// The file's end: what was begun is the last row, unless a quote is open in it.
  void finish();

  /// What is wrong: with the columns, or which row is broken and why; empty while nothing is. From there on nothing is
  /// emitted.
  const std::string& problem() const { return problem_; }

 private:
  static void on_value(void* text, std::size_t size, void* table);
  static void on_row(int end, void* table);

  std::size_t parse(std::string_view text);
  void feed(std::string_view line);
  void append_value(std::string_view text);
  void add_columns();
  void emit_row();

  csv_parser parser_;
  const char delimiter_;
  CheckColumns check_;
  EmitRow emit_;

  std::vector<std::string> columns_;
  std::vector<bool> repeated_;  ///< a later column has the same name and counts instead
  bool has_columns_ = false;

  std::size_t row_number_ = 1;  ///< the column names are row 1; empty rows are not counted
  std::size_t column_ = 0;      ///< of the next value
  Json row_ = Json::object();
  std::string* value_ = nullptr;  ///< the last value, when it is kept
  bool continues_ = false;        ///< the next value belongs to the last one
  bool is_utf8_ = true;
  bool row_ended_ = false;
  std::string problem_;
};

}  // namespace connector
