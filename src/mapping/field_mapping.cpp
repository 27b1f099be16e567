#include "mapping/field_mapping.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "mapping/field_views.h"
#include "text/nearest.h"
#include "text/values.h"

namespace connector {
namespace {

std::vector<AbsentNames::Name> expected_names(const std::vector<FieldSpec>& specs) {
  std::vector<AbsentNames::Name> names;
  for (const FieldSpec& spec : specs) {
    if (spec.expects_source) names.push_back({spec.field, spec.source});
  }
  return names;
}

std::string unknown_converter(const std::string& name, const Converters& converters) {
  std::vector<std::string> names;
  if (converters.inline_code != nullptr) names = converters.inline_code->converter_names();
  for (const std::string& built_in : BuiltInConverters::names()) names.push_back(built_in);
  return "unknown converter \"" + name + "\": use a built-in one, or write it in section [converters]" +
         did_you_mean(name, names);
}

}  // namespace

BoundConverter bind_converter(const std::string& text, const Converters& converters) {
  ConverterCall call = parse_converter(text);
  BoundConverter bound;
  if (converters.inline_code != nullptr) bound.custom = converters.inline_code->converter(call.name);
  if (bound.custom == nullptr) bound.built_in = BuiltInConverters::find(call.name);
  if (!bound) throw ConfigError(unknown_converter(call.name, converters));
  bound.parameters = std::move(call.parameters);
  return bound;
}

FieldMapping::FieldMapping(const std::vector<FieldSpec>& specs, const SettingValues& values,
                           const Converters& converters, RecordFilter filter, Faults faults)
    : converters_(converters),
      filter_(filter),
      faults_(std::move(faults)),
      needs_python_(filter_),
      absent_names_(expected_names(specs),
                    [](const Json& record, const std::string& name) { return has(record, name); }) {
  Problems problems;
  for (const FieldSpec& spec : specs) {
    if (spec.names_record && naming_source_.empty()) {
      naming_field_ = spec.field;
      naming_source_ = spec.source;
    }
    try {
      fields_.push_back(bind(spec, values));
      fields_.back().number = fields_.size() - 1;
      needs_python_ = needs_python_ || fields_.back().converter.custom != nullptr;
    } catch (const ConfigError& error) {
      problems.emplace_back(fmt::format("mapping.{}: {}", spec.field, error.what()));
    }
  }
  if (!problems.empty()) throw ConfigError(problems);
  code_reads_whole_records_ = !code_reads_keys();
}

FieldMapping::Field FieldMapping::bind(const FieldSpec& spec, const SettingValues& values) const {
  Field field{.name = spec.field,
              .key = "," + to_text(spec.field) + ":",
              .source = spec.source,
              .constant = {},
              .converter_name = spec.converter,
              .converter = {},
              .required = spec.required,
              .number = 0};
  if (spec.source.empty()) {
    const auto value = values.find(spec.setting);
    if (!spec.setting.empty()) {
      field.constant = value != values.end() ? value->second : Json();
    } else {
      field.constant = spec.hardcoded;
    }
  }
  if (!spec.converter.empty()) field.converter = bind_converter(spec.converter, converters_);
  return field;
}

std::vector<std::string> FieldMapping::fields() const {
  std::vector<std::string> names;
  for (const Field& field : fields_) names.push_back(field.name);
  return names;
}

/// Whether all that code does with records is to read keys of them, which are then keys_.
bool FieldMapping::code_reads_keys() {
  std::vector<const InlineCode::Function*> functions;
  if (filter_) functions.push_back(filter_.function);
  for (const Field& field : fields_) {
    if (field.converter.custom != nullptr) functions.push_back(field.converter.custom);
  }
  for (const InlineCode::Function* function : functions) {
    const std::vector<std::string>* keys = InlineCode::keys_read(*function);
    if (keys == nullptr) return false;
    keys_.insert(keys_.end(), keys->begin(), keys->end());
  }
  std::sort(keys_.begin(), keys_.end());
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  return true;
}

void FieldMapping::map(Batch& batch, Payload& payload, Counts& counts) {
  std::optional<InlineCode::Lock> python;
  absent_names_.note(batch);
  if (needs_python_) python.emplace(*converters_.inline_code);
  for (Record& record : batch) {
    const Mapped mapped{counts, record.number, &record.data};
    if (record.error.empty() && !record.data.is_object()) record.error = "it is not an object";
    if (!record.error.empty()) {
      faults_.note(Level::error, "record could not be read completely", name_of(mapped), record.error);
      ++counts.failed;
      continue;
    }
    count_failure(mapped, [&] { map_record(mapped, python, payload); });
  }
}

void FieldMapping::map_rows(const Rows& rows, Payload& payload, Counts& counts) {
  if (code_reads_whole_records_) return Mapping::map_rows(rows, payload, counts);
  absent_names_.note(rows);
  const ColumnIndex index(rows.columns());
  RowView::Columns columns;
  for (const Field& field : fields_) columns.push_back(index.find(field.source));
  std::vector<std::pair<const std::string*, std::size_t>> keys;
  for (const std::string& key : keys_) {
    if (const auto column = index.find(key)) keys.emplace_back(&key, *column);
  }
  std::optional<InlineCode::Lock> python;
  if (needs_python_) python.emplace(*converters_.inline_code);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Mapped mapped{counts, rows.first_number() + row, nullptr, &rows, row};
    count_failure(mapped, [&] {
      std::optional<InlineCode::PythonRecord> seen;
      if (python) seen.emplace(*converters_.inline_code, *python);
      for (const auto& [key, column] : keys) seen->set(*key, rows.at(row, column));
      map(RowView(rows, row, columns, seen ? &*seen : nullptr), seen ? &*seen : nullptr, mapped, payload);
    });
  }
}

/// Whether code gets nothing of a record that it could change, and so what it reads is all that need be Python's.
bool FieldMapping::is_flat_to_code(const Json& record) const {
  const auto is_flat = [&](const std::string& key) {
    const auto found = record.find(key);
    return found == record.end() || !found->is_structured();
  };
  const auto gets_flat_value = [&](const Field& field) {
    return field.converter.custom == nullptr || !at(record, field.source).is_structured();
  };
  return !code_reads_whole_records_ && std::all_of(keys_.begin(), keys_.end(), is_flat) &&
         std::all_of(fields_.begin(), fields_.end(), gets_flat_value);
}

void FieldMapping::map_record(const Mapped& mapped, const std::optional<InlineCode::Lock>& python,
                              Payload& payload) const {
  const Json& record = *mapped.record;
  if (!python) return map(PlainView(record, nullptr), nullptr, mapped, payload);
  if (!is_flat_to_code(record)) {
    InlineCode::PythonRecord seen(*converters_.inline_code, *python, record);
    return map(PythonView(seen), &seen, mapped, payload);
  }
  InlineCode::PythonRecord seen(*converters_.inline_code, *python);
  for (const std::string& key : keys_) {
    if (const auto found = record.find(key); found != record.end()) seen.set(key, *found);
  }
  map(PlainView(record, &seen), &seen, mapped, payload);
}

/// "SERIAL_NUMBER C02XG1JHJG5H", "record 7".
std::string FieldMapping::name_of(const Mapped& mapped) const {
  const Json row = mapped.record == nullptr ? mapped.rows->record(mapped.row) : Json();
  const Json& value = at(mapped.record == nullptr ? row : *mapped.record, naming_source_);
  if (value.is_string() || value.is_number()) return naming_field_ + " " + excerpt(text_of(value));
  return fmt::format("record {}", mapped.number);
}

template <class Work>
void FieldMapping::count_failure(const Mapped& mapped, Work work) const {
  try {
    work();
  } catch (const std::exception& error) {
    faults_.note(Level::error, "record not sent", name_of(mapped), error.what());
    ++mapped.counts.failed;
  }
}

template <class View>
void FieldMapping::map(View record, InlineCode::PythonRecord* python, const Mapped& mapped, Payload& payload) const {
  if (filter_ && !python->keep(*filter_.function)) {
    ++mapped.counts.filtered_out;
  } else if (!payload.add([&](std::string& text) { return append_fields(record, mapped, text); })) {
    ++mapped.counts.skipped;
  }
}

template <class View>
ValueView FieldMapping::value_of(const Field& field, View& record, const Mapped& mapped, Scratch& scratch) const {
  if (!field.converter) return field.source.empty() ? ValueView(field.constant) : record.at(field);
  try {
    return converted(field, record, scratch);
  } catch (const std::exception& error) {
    faults_.note(Level::error,
                 fmt::format("field {}: converter {} failed; using null", field.name, field.converter_name),
                 name_of(mapped), error.what());
    ++mapped.counts.nulls[parse_converter(field.converter_name).name];
    return no_value;
  }
}

template <class View>
ValueView FieldMapping::converted(const Field& field, View& record, Scratch& scratch) const {
  if (field.converter.custom != nullptr) return scratch.json = record.custom(field);
  const BuiltInConverters::Converter& converter = *field.converter.built_in;
  const Parameters& parameters = field.converter.parameters;
  const ValueView value = field.source.empty() ? ValueView(field.constant) : record.at(field);
  if (converter.of_text == nullptr || !value.is_string()) {
    Json given;
    const Json& whole = converter.reads_record ? record.json() : no_value;
    return scratch.json = converters_.built_in.convert(converter, whole, value.as_json(given), parameters);
  }
  ConvertedText result = converter.of_text(value.text(), parameters);
  if (const auto* part = std::get_if<std::string_view>(&result)) return *part;
  if (auto* text = std::get_if<std::string>(&result)) return std::string_view(scratch.text = std::move(*text));
  const auto* seconds = std::get_if<std::int64_t>(&result);
  return scratch.json = seconds != nullptr ? Json(*seconds) : Json();
}

template <class View>
bool FieldMapping::append_fields(View& record, const Mapped& mapped, std::string& text) const {
  if (fields_.empty()) return false;
  const std::size_t begin = text.size();
  std::string missing;
  Scratch scratch;
  TextBuilder json(text);
  for (const Field& field : fields_) {
    const ValueView value = value_of(field, record, mapped, scratch);
    if (field.required && value.is_empty()) missing += (missing.empty() ? "" : ", ") + field.name;
    json.append(field.key);
    value.append_to(json);
  }
  json.flush();
  if (!missing.empty()) {
    faults_.note(Level::warning, "record skipped: required field " + missing + " is empty", name_of(mapped));
    text.resize(begin);
    return false;
  }
  text[begin] = '{';
  text += '}';
  return true;
}

}  // namespace connector
