#include "mapping/field_mapping.h"

#include <algorithm>
#include <optional>

namespace connector {
namespace {

const Json no_record;

std::vector<AbsentNames::Name> expected_names(const std::vector<FieldSpec>& specs) {
  std::vector<AbsentNames::Name> names;
  for (const FieldSpec& spec : specs) {
    if (spec.expects_source) names.push_back({spec.field, spec.source});
  }
  return names;
}

/// A record that no Python code sees.
class PlainView {
 public:
  explicit PlainView(const Json& record) : record_(record) {}

  const Json& at(const std::string& source) { return connector::at(record_, source); }
  const Json& json() { return record_; }
  [[noreturn]] Json convert(const InlineCode::Function&, const std::string&, const std::string&, const Json&,
                            const Parameters&) {
    throw std::logic_error("a converter in Python needs a record in Python");
  }

 private:
  const Json& record_;
};

/// A record that Python code may have changed: it is looked into as it is at that moment.
class PythonView {
 public:
  explicit PythonView(InlineCode::PythonRecord& record) : record_(record) {}

  const Json& at(const std::string& source) { return value_ = record_.at(source); }
  const Json& json() { return whole_ = record_.json(); }
  Json convert(const InlineCode::Function& converter, const std::string& field, const std::string& source,
               const Json& constant, const Parameters& parameters) {
    return record_.convert(converter, field, source, constant, parameters);
  }

 private:
  InlineCode::PythonRecord& record_;
  Json value_;
  Json whole_;
};

/// Strings without anything to escape are most of what travels: they need no serializer.
bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

void append_text(std::string& text, const Json& value) {
  if (const auto* plain = value.get_ptr<const std::string*>(); plain != nullptr && is_plain(*plain)) {
    text += '"';
    text += *plain;
    text += '"';
  } else if (value.is_null()) {
    text += "null";
  } else {
    text += to_text(value);
  }
}

}  // namespace

BoundConverter bind_converter(const std::string& text, const Converters& converters) {
  ConverterCall call = parse_converter(text);
  BoundConverter bound;
  if (converters.inline_code != nullptr) bound.custom = converters.inline_code->converter(call.name);
  if (bound.custom == nullptr) bound.built_in = BuiltInConverters::find(call.name);
  if (!bound) {
    throw ConfigError("unknown converter \"" + call.name +
                      "\": use a built-in one, or write it in section [converters]");
  }
  bound.parameters = std::move(call.parameters);
  return bound;
}

FieldMapping::FieldMapping(const std::vector<FieldSpec>& specs, const SettingValues& values,
                           const Converters& converters, RecordFilter filter, Log log)
    : converters_(converters),
      filter_(filter),
      log_(std::move(log)),
      needs_python_(filter_),
      absent_names_(expected_names(specs),
                    [](const Json& record, const std::string& name) { return has(record, name); }) {
  Problems problems;
  for (const FieldSpec& spec : specs) {
    try {
      fields_.push_back(bind(spec, values));
      needs_python_ = needs_python_ || fields_.back().converter.custom != nullptr;
    } catch (const ConfigError& error) {
      problems.emplace_back(fmt::format("mapping.{}: {}", spec.field, error.what()));
    }
  }
  if (!problems.empty()) throw ConfigError(problems);
}

FieldMapping::Field FieldMapping::bind(const FieldSpec& spec, const SettingValues& values) const {
  Field field{.name = spec.field,
              .key = to_text(spec.field) + ":",
              .source = spec.source,
              .constant = {},
              .converter_name = spec.converter,
              .converter = {},
              .required = spec.required};
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

void FieldMapping::map(Batch& batch, Payload& payload, Counts& counts) {
  std::optional<InlineCode::Lock> python;
  absent_names_.note(batch);
  if (needs_python_) python.emplace(*converters_.inline_code);
  for (Record& record : batch) {
    if (record.error.empty() && !record.data.is_object()) record.error = "it is not an object";
    if (!record.error.empty()) {
      log_.error("record could not be read completely: {}", record.error);
      ++counts.failed;
      continue;
    }
    try {
      map(record, python, payload, counts);
    } catch (const std::exception& error) {
      log_.error("record not sent: {}", error.what());
      ++counts.failed;
    }
  }
}

void FieldMapping::map(const Record& record, const std::optional<InlineCode::Lock>& python, Payload& payload,
                       Counts& counts) const {
  bool is_mapped = false;
  if (python) {
    InlineCode::PythonRecord seen(*converters_.inline_code, *python, record.data);
    if (filter_ && !seen.keep(*filter_.function)) {
      ++counts.filtered_out;
      return;
    }
    is_mapped = payload.add([&](std::string& text) { return append_fields(PythonView(seen), text); });
  } else {
    is_mapped = payload.add([&](std::string& text) { return append_fields(PlainView(record.data), text); });
  }
  if (!is_mapped) ++counts.skipped;
}

template <class View>
Json FieldMapping::custom_value(const Field& field, View& record) const {
  return record.convert(*field.converter.custom, field.source.empty() ? field.name : field.source, field.source,
                        field.constant, field.converter.parameters);
}

/// Where the field's value stands, often in the record itself; `converted` may hold it.
template <class View>
const Json& FieldMapping::value_of(const Field& field, View& record, Json& converted) const {
  const BoundConverter& converter = field.converter;
  try {
    if (converter.custom != nullptr) return converted = custom_value(field, record);
    const Json& value = field.source.empty() ? field.constant : record.at(field.source);
    if (converter.built_in == nullptr) return value;
    const Json& whole = converter.built_in->reads_record ? record.json() : no_record;
    return converted = converters_.built_in.convert(*converter.built_in, whole, value, converter.parameters);
  } catch (const std::exception& error) {
    log_.error("field {}: converter {} failed; using null: {}", field.name, field.converter_name, error.what());
    return converted = nullptr;
  }
}

template <class View>
bool FieldMapping::append_fields(View record, std::string& text) const {
  if (fields_.empty()) return false;
  const std::size_t begin = text.size();
  std::string missing;
  text += '{';
  for (const Field& field : fields_) {
    Json converted;
    const Json& value = value_of(field, record, converted);
    if (field.required && is_empty(value)) missing += (missing.empty() ? "" : ", ") + field.name;
    text += field.key;
    append_text(text, value);
    text += ',';
  }
  if (!missing.empty()) {
    log_.warning("record skipped: required field {} is empty", missing);
    text.resize(begin);
    return false;
  }
  text.back() = '}';
  return true;
}

}  // namespace connector
