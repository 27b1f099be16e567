#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connector/json.h"
#include "connector/value_view.h"

namespace connector {

/// Some rows of a table, for sources that have columns: the names stand once, the values one behind the other in one
/// piece of memory, so that a row costs no Json object. To be filled value by value, row after row.
class Rows {
 public:
  using Columns = std::vector<std::string>;

  static constexpr std::size_t max_size = 100;                    ///< as many should be handed over at once,
  static constexpr std::size_t max_bytes = std::size_t{1} << 20;  ///< or as much

  /// columns: one at least; names differ. text_bytes: about how much the values will take together; 0: little.
  explicit Rows(std::shared_ptr<const Columns> columns, std::size_t text_bytes = 0) : columns_(std::move(columns)) {
    if (text_bytes == 0) return;
    text_.reserve(text_bytes + text_bytes / 8);
    cells_.reserve(max_size * columns_->size());
  }

  const Columns& columns() const { return *columns_; }
  std::size_t size() const { return cells_.size() / columns_->size(); }
  bool empty() const { return cells_.empty(); }
  bool is_full() const { return size() >= max_size || text_.size() >= max_bytes; }
  std::size_t text_bytes() const { return text_.size(); }
  std::size_t bytes() const { return text_.capacity() + cells_.capacity() * sizeof(Cell); }

  /// The number of the first row among the records of a run, once they are counted.
  std::size_t first_number() const { return first_number_; }
  void set_first_number(std::size_t number) { first_number_ = number; }

  void add(std::string_view text) { add(Kind::text, text); }
  void add_null() { add(Kind::null, {}); }
  /// json: valid JSON text of a value that is not a string.
  void add_json(std::string_view json) { add(Kind::json, json); }
  /// Keeps text that several values are parts of; add_part() adds them: begin counts within it.
  void keep(std::string_view text);
  void add_part(std::size_t begin, std::size_t size) {
    cells_.push_back({static_cast<std::uint32_t>(kept_at_ + begin), static_cast<std::uint32_t>(size), Kind::text});
  }
  /// Appends to the value that was added last, a text and no part.
  void append(std::string_view text);
  /// Drops the rows behind the first `rows`.
  void resize(std::size_t rows) { cells_.resize(rows * columns_->size()); }

  /// Holds as long as the rows do.
  ValueView at(std::size_t row, std::size_t column) const {
    const Cell& cell = cells_[row * columns_->size() + column];
    const std::string_view text(text_.data() + cell.begin, cell.size);
    if (cell.kind == Kind::text) return text;
    return ValueView::of_json_text(cell.kind == Kind::json ? text : std::string_view("null"));
  }

  /// A row as an object.
  Json record(std::size_t row) const;

 private:
  enum class Kind : std::uint8_t { null, text, json };
  struct Cell {
    std::uint32_t begin;
    std::uint32_t size;
    Kind kind;
  };

  void check_room(std::string_view text) const;
  void add(Kind kind, std::string_view text);

  std::shared_ptr<const Columns> columns_;
  std::string text_;
  std::vector<Cell> cells_;
  std::size_t kept_at_ = 0;
  std::size_t first_number_ = 0;
};

/// The column that a dotted source name means in such rows; nothing when it means none (connector/json.h, at()).
class ColumnIndex {
 public:
  explicit ColumnIndex(const Rows::Columns& columns);
  std::optional<std::size_t> find(std::string_view source) const;

 private:
  std::unordered_map<std::string_view, std::size_t> places_;
};

}  // namespace connector
