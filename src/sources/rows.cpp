#include "connector/rows.h"

#include <limits>

#include "connector/connector.h"

namespace connector {
void Rows::add(Kind kind, std::string_view text) {
  if (text_.size() + text.size() > std::numeric_limits<std::uint32_t>::max()) throw SourceError("a row is too large");
  cells_.push_back({static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(text.size()), kind});
  text_ += text;
}

void Rows::append(std::string_view text) {
  Cell& cell = cells_.back();
  if (text_.size() + text.size() > std::numeric_limits<std::uint32_t>::max()) throw SourceError("a row is too large");
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

}  // namespace connector
