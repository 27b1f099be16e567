// How fields look into records, according to who may change them. For field_mapping.cpp alone.
#pragma once

#include <optional>
#include <vector>

#include "connector/rows.h"
#include "python/inline_code.h"

namespace connector {

inline const Json no_value;

template <class Field>
Json custom_value(const Field& field, const ValueView& value, InlineCode::PythonRecord& seen) {
  return seen.convert_value(*field.converter.custom, field.name, field.source, value, field.converter.parameters);
}

/// A record that Python code does not change: at most it reads some keys of it.
class PlainView {
 public:
  PlainView(const Json& record, InlineCode::PythonRecord* seen) : record_(record), seen_(seen) {}

  template <class Field>
  ValueView at(const Field& field) {
    return connector::at(record_, field.source);
  }
  const Json& json() { return record_; }
  template <class Field>
  Json custom(const Field& field) {
    return custom_value(field, field.source.empty() ? ValueView(field.constant) : at(field), *seen_);
  }

 private:
  const Json& record_;
  InlineCode::PythonRecord* seen_;
};

/// A row of a table. columns: for each field the one that it reads.
class RowView {
 public:
  using Columns = std::vector<std::optional<std::size_t>>;

  RowView(const Rows& rows, std::size_t row, const Columns& columns, InlineCode::PythonRecord* seen)
      : rows_(rows), row_(row), columns_(columns), seen_(seen) {}

  template <class Field>
  ValueView at(const Field& field) {
    const std::optional<std::size_t>& column = columns_[field.number];
    return column ? rows_.at(row_, *column) : ValueView(no_value);
  }
  const Json& json() { return whole_ = rows_.record(row_); }
  template <class Field>
  Json custom(const Field& field) {
    return custom_value(field, field.source.empty() ? ValueView(field.constant) : at(field), *seen_);
  }

 private:
  const Rows& rows_;
  const std::size_t row_;
  const Columns& columns_;
  InlineCode::PythonRecord* seen_;
  Json whole_;
};

/// A record that Python code may have changed: it is looked into as it is at that moment.
class PythonView {
 public:
  explicit PythonView(InlineCode::PythonRecord& record) : record_(record) {}

  template <class Field>
  ValueView at(const Field& field) {
    return value_ = record_.at(field.source);
  }
  const Json& json() { return whole_ = record_.json(); }
  template <class Field>
  Json custom(const Field& field) {
    return record_.convert(*field.converter.custom, field.name, field.source, field.constant,
                           field.converter.parameters);
  }

 private:
  InlineCode::PythonRecord& record_;
  Json value_;
  Json whole_;
};

}  // namespace connector
