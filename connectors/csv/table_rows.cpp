// What a table keeps of what was read: values, rows, columns.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <unordered_set>
#include <utility>

#include "csv/table.h"
#include "text/utf8.h"

namespace connector::csv {

/// The parser collects a value until it ends. In the middle of one nothing depends on what it has collected.
void CsvTable::forget_value() {
  constexpr int inside_a_value = 2;  // libcsv's FIELD_BEGUN
  if (parser_.pstate == inside_a_value) parser_.entry_pos = 0;
}

void CsvTable::leave_out_row() {
  if (!has_columns_) {
    problem_ = fmt::format("its first row is larger than max_record_size ({} MiB)", limit_.most >> 20);
    return;
  }
  rows_->resize(complete_rows_);
  column_ = 0;
  is_utf8_ = true;
  limit_.tell(row_number_++);
}

void CsvTable::append_value(std::string_view text) {
  is_utf8_ = is_utf8_ && is_utf8(text);
  if (std::exchange(continues_, false)) {
    if (is_too_large()) return;
    if (!has_columns_) {
      columns_.back() += text;
    } else if (keeps_value_) {
      rows_->append(text);
    }
    return;
  }
  keep_value(text);
}

void CsvTable::keep_value(std::string_view text) {
  if (!has_columns_) {
    if (!is_too_large()) columns_.emplace_back(text);
  } else if (wants_next_value()) {
    rows_->add(text);
  }
}

/// A value of a line that the rows keep.
void CsvTable::keep_part(std::string_view line, std::size_t begin, std::size_t size) {
  if (!has_columns_) {
    columns_.emplace_back(line.substr(begin, size));
  } else if (wants_next_value()) {
    rows_->add_part(begin, size);
  }
}

bool CsvTable::wants_next_value() {
  keeps_value_ = column_ < columns_.size() && !repeated_[column_] && !is_too_large();
  ++column_;
  return keeps_value_;
}

void CsvTable::end_row() {
  row_ended_ = false;
  const bool is_left_out = is_too_large();
  row_bytes_ = 0;
  if (!problem_.empty()) return;
  if (is_left_out) return leave_out_row();
  if (!is_utf8_) {
    problem_ = fmt::format("row {} is not in the encoding that is set: set encoding, for example to windows-1252",
                           row_number_);
    return;
  }
  ++row_number_;
  if (!has_columns_) return add_columns();
  for (; column_ < columns_.size(); ++column_)
    if (!repeated_[column_]) rows_->add_null();
  column_ = 0;
  ++complete_rows_;
  if (rows_->is_full()) flush();
}

void CsvTable::flush() {
  if (!rows_) return;
  rows_->resize(std::exchange(complete_rows_, 0));
  const std::size_t bytes = rows_->text_bytes();
  if (!rows_->empty()) emit_(*std::move(rows_));
  rows_.emplace(kept_columns_, bytes);
}

void CsvTable::add_columns() {
  has_columns_ = true;
  repeated_.resize(columns_.size());
  std::unordered_set<std::string_view> names;
  for (std::size_t i = columns_.size(); i-- > 0;) repeated_[i] = !names.insert(columns_[i]).second;
  Rows::Columns kept;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (!repeated_[i]) kept.push_back(columns_[i]);
  kept_columns_ = std::make_shared<const Rows::Columns>(std::move(kept));
  rows_.emplace(kept_columns_);
  problem_ = check_(columns_);
}

}  // namespace connector::csv
