#include "csv/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "text/utf8.h"

namespace connector::csv {

namespace {

int never_space(unsigned char) {
  return 0;
}

}  // namespace

CsvTable::CsvTable(char delimiter, CheckColumns check, EmitRows emit, CsvRowLimit limit)
    : delimiter_(delimiter), check_(std::move(check)), emit_(std::move(emit)), limit_(std::move(limit)) {
  // Strict, so that the parser stops at quotes in odd places: what they mean is decided in parse_quoted().
  if (csv_init(&parser_, CSV_STRICT) != 0) throw std::bad_alloc();
  csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
  csv_set_space_func(&parser_, never_space);
  csv_set_blk_size(&parser_, std::size_t{64} << 10);
}

CsvTable::~CsvTable() {
  csv_free(&parser_);
}

void CsvTable::read(std::string_view text) {
  // Line by line: then at most one row ends in each call of the parser, and emit() is called outside of it, since an
  // exception must not pass through a library written in C.
  std::size_t line_feed = text.find('\n');
  std::size_t carriage_return = text.find('\r');
  for (std::size_t begin = 0; begin < text.size() && problem_.empty();) {
    if (line_feed < begin) line_feed = text.find('\n', begin);
    if (carriage_return < begin) carriage_return = text.find('\r', begin);
    const std::size_t last = std::min({line_feed, carriage_return, text.size() - 1});
    feed(text.substr(begin, last + 1 - begin));
    if (row_ended_) end_row();
    begin = last + 1;
  }
}

void CsvTable::finish() {
  csv_set_opts(&parser_, CSV_STRICT | CSV_STRICT_FINI);
  if (csv_fini(&parser_, on_value, on_row, this) != 0 && problem_.empty()) {
    problem_ = fmt::format(
        "the quote that opens in row {} is never closed, so that row and what follows it is not sent: close it, or "
        "write \"\" for a quote that belongs to the value",
        row_number_);
  }
  if (row_ended_) end_row();
}

void CsvTable::on_value(void* text, std::size_t size, void* table) {
  static_cast<CsvTable*>(table)->append_value({static_cast<const char*>(text), size});
}

void CsvTable::on_row(int, void* table) {
  static_cast<CsvTable*>(table)->row_ended_ = true;
}

std::size_t CsvTable::parse(std::string_view text) {
  return csv_parse(&parser_, text.data(), text.size(), on_value, on_row, this);
}

/// Takes off a line what stands in front of the value with its first quote, or all of it: between delimiters is a value
/// then. Most rows have nothing else; the parser is asked for the rest. line: from a row's beginning.
void CsvTable::take_plain_values(std::string_view& line) {
  const std::size_t quote = line.find('"');
  const bool is_plain = quote == std::string_view::npos;
  if (is_plain && line.back() != '\n' && line.back() != '\r') return;  // a piece of a line
  const std::size_t end = is_plain ? line.size() - 1 : quote;
  if (has_columns_) rows_->keep(line.substr(0, end));
  std::size_t begin = 0;
  for (std::size_t at = line.find(delimiter_); at < end; at = line.find(delimiter_, begin)) {
    keep_part(line, begin, at - begin);
    begin = at + 1;
  }
  is_utf8_ = is_utf8(line.substr(0, is_plain ? end : begin));
  if (!is_plain) return line.remove_prefix(begin);
  if (end > 0) {
    keep_part(line, begin, end - begin);
    row_ended_ = true;
  }
  line = {};
}

void CsvTable::feed(std::string_view line) {
  row_bytes_ += line.size();
  if (is_at_row_start_) {
    take_plain_values(line);
    if (line.empty()) return;
  }
  parse_quoted(line);
  is_at_row_start_ = row_ended_;
  if (is_too_large()) forget_value();
}

void CsvTable::parse_quoted(std::string_view line) {
  while (true) {
    line.remove_prefix(parse(line));
    if (line.empty()) return;
    if (csv_error(&parser_) != CSV_EPARSE) throw std::bad_alloc();
    if (line.front() == '"') {  // a plain character inside an unquoted value
      csv_set_opts(&parser_, 0);
      parse(line.substr(0, 1));
      csv_set_opts(&parser_, CSV_STRICT);
      line.remove_prefix(1);
    } else {  // text behind a closing quote: a value of its own for the parser, the last one's rest for us
      parse({&delimiter_, 1});
      continues_ = true;
    }
  }
}

}  // namespace connector::csv
