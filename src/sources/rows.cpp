#include "connector/rows.h"

#include <limits>
#include <utility>

#include "connector/connector.h"
#include "connector/pages.h"

namespace connector {
void Rows::check_room(std::string_view text) const {
  if (text_.size() + text.size() > std::numeric_limits<std::uint32_t>::max()) throw SourceError("a row is too large");
}

void Rows::keep(std::string_view text) {
  check_room(text);
  kept_at_ = text_.size();
  text_ += text;
}

void Rows::add(Kind kind, std::string_view text) {
  check_room(text);
  cells_.push_back({static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(text.size()), kind});
  text_ += text;
}

void Rows::append(std::string_view text) {
  check_room(text);
  Cell& cell = cells_.back();
  cell.size += static_cast<std::uint32_t>(text.size());
  text_ += text;
}

Json Rows::record(std::size_t row) const {
  Json object = Json::object();
  object.get_ref<Json::object_t&>().reserve(columns_->size());
  Json scratch;
  for (std::size_t column = 0; column < columns_->size(); ++column) {
    append_member(object, (*columns_)[column], at(row, column).as_json(scratch));
  }
  return object;
}

ColumnIndex::ColumnIndex(const Rows::Columns& columns) {
  places_.reserve(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) places_.emplace(columns[i], i);
}

std::optional<std::size_t> ColumnIndex::find(std::string_view source) const {
  const std::size_t dot = source.find('.');
  if (dot != std::string_view::npos && places_.count(source.substr(0, dot)) > 0) return std::nullopt;
  const auto found = places_.find(source);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

void Emit::rows(Rows rows) const {
  for (std::size_t i = 0; i < rows.size(); ++i) (*this)(Record(rows.record(i)));
}

void emit_table(const Emit& emit, Rows::Columns columns, const std::function<bool(Rows&)>& add_row) {
  const auto names = std::make_shared<const Rows::Columns>(std::move(columns));
  Rows rows(names);
  const auto hand_over = [&] {
    rows.resize(rows.size());  // without what there is of a row that broke off
    if (!rows.empty()) emit.rows(std::exchange(rows, Rows(names, rows.text_bytes())));
  };
  try {
    while (add_row(rows)) {
      if (rows.is_full()) hand_over();
    }
  } catch (const SourceError&) {
    hand_over();
    throw;
  }
  hand_over();
}

}  // namespace connector
