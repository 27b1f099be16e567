#include "mapping/field_mapping.h"

#include <algorithm>

namespace connector {
namespace {

constexpr const char* kinds[] = {"source", "setting", "hardcoded"};

void merge_default(Json& fields, const std::string& field, const Json& specification) {
  fields[field] = specification;
}

void merge_cloud(Json& fields, const std::string& field, const std::string& source) {
  Json& specification = fields[field];
  if (!specification.is_object()) specification = Json::object();
  specification["source"] = source;
}

void merge_ini(Json& fields, const std::string& field, const Json& specification) {
  Json& merged = fields[field];
  if (!merged.is_object()) merged = Json::object();
  const bool names_kind =
      std::any_of(std::begin(kinds), std::end(kinds), [&](auto kind) { return specification.contains(kind); });
  if (names_kind) {
    for (const char* kind : kinds) merged.erase(kind);
  }
  for (const auto& [key, value] : specification.items()) merged[key] = value;
}

void merge_cloud_mapping(Json& fields, const Json& cloud, const Log& log) {
  for (const auto& [source, target] : cloud.items()) {
    const Json targets = target.is_array() ? target : Json::array({target});
    for (const Json& field : targets) {
      if (source.empty() || !field.is_string() || field.get_ref<const std::string&>().empty()) {
        log.warning("the mapping in Oomnitza has an entry without source or field, it is left out: {} -> {}",
                    to_text(source), to_text(field));
        continue;
      }
      merge_cloud(fields, field.get<std::string>(), source);
    }
  }
}

/// "Counts when not empty, before the next two": the value of a specification's key, nothing when it does not count.
const std::string* text_of(const Json& specification, const char* key) {
  const auto found = specification.find(key);
  if (found == specification.end() || !found->is_string()) return nullptr;
  const std::string& text = found->get_ref<const std::string&>();
  return text.empty() ? nullptr : &text;
}

bool has_hardcoded(const Json& specification) {
  const auto found = specification.find("hardcoded");
  return found != specification.end() && !found->is_null();
}

bool is_required(const Json& specification) {
  const auto found = specification.find("required");
  if (found == specification.end()) return false;
  if (found->is_boolean()) return found->get<bool>();
  if (found->is_number()) return *found == 1;
  return found->is_string() && parse_boolean(found->get_ref<const std::string&>()).value_or(false);
}

const Json no_record;

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

/// Texts without anything to escape are most of what travels: they need no serializer.
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

Json merged_mapping(const Plugin& plugin, const Json& cloud, const FieldSpecifications& ini, const Log& log) {
  Json fields = Json::object();
  for (const auto& [field, specification] : plugin.default_mapping.items()) merge_default(fields, field, specification);
  merge_cloud_mapping(fields, cloud, log);
  for (const auto& [field, specification] : ini) merge_ini(fields, field, specification);
  if (plugin.data_type == DataType::users) {
    if (!fields.contains("POSITION")) fields["POSITION"] = {{"setting", "default_position"}};
    if (!fields.contains("PERMISSIONS_ID")) fields["PERMISSIONS_ID"] = {{"setting", "default_role"}};
  }
  for (auto& [field, specification] : fields.items()) {
    if (specification.contains("converter") || text_of(specification, "source") == nullptr) continue;
    const std::string source = *text_of(specification, "source");  // a copy: a new key moves the others
    for (const auto& [name, converter] : plugin.default_converters) {
      if (name == source) specification["converter"] = converter;
    }
  }
  return fields;
}

std::vector<std::string> incomplete_fields(const Json& specifications) {
  std::vector<std::string> names;
  for (const auto& [field, specification] : specifications.items()) {
    if (!text_of(specification, "source") && !text_of(specification, "setting") && !has_hardcoded(specification)) {
      names.push_back(field);
    }
  }
  return names;
}

BoundConverter bind_converter(const std::string& text, const Converters& converters) {
  ConverterCall call = parse_converter(text);
  BoundConverter bound;
  if (converters.inline_code != nullptr) bound.custom = converters.inline_code->converter(call.name);
  if (bound.custom == nullptr) bound.built_in = BuiltInConverters::find(call.name);
  if (!bound) {
    throw ConfigError("there is no converter \"" + call.name +
                      "\": name a built-in one, or write it in the section [converters]");
  }
  bound.parameters = std::move(call.parameters);
  return bound;
}

Mapping::Mapping(const Json& specifications, const SettingValues& values, const Converters& converters, Log log)
    : converters_(converters), log_(std::move(log)) {
  std::vector<std::string> complaints;
  for (const auto& [name, specification] : specifications.items()) {
    Field field;
    field.name = name;
    field.key = to_text(name) + ":";
    if (const std::string* source = text_of(specification, "source")) {
      field.source = *source;
    } else if (const std::string* setting = text_of(specification, "setting")) {
      const auto value = values.find(*setting);
      if (value != values.end()) field.constant = value->second;
    } else if (has_hardcoded(specification)) {
      field.constant = specification["hardcoded"];
    }
    field.required = is_required(specification);
    if (const std::string* converter = text_of(specification, "converter")) {
      try {
        field.converter = bind_converter(*converter, converters_);
        field.converter_name = *converter;
        needs_python_ = needs_python_ || field.converter.custom != nullptr;
      } catch (const ConfigError& error) {
        complaints.push_back(fmt::format("mapping.{}: {}", name, error.what()));
      }
    }
    fields_.push_back(std::move(field));
  }
  if (!complaints.empty()) throw ConfigError(complaints);
}

std::vector<std::string> Mapping::sources() const {
  std::vector<std::string> names;
  for (const Field& field : fields_) {
    if (!field.source.empty()) names.push_back(field.source);
  }
  return names;
}

template <class View>
bool Mapping::append_fields(View record, std::string& text) const {
  if (fields_.empty()) return false;
  const std::size_t begin = text.size();
  std::string missing;
  text += '{';
  for (const Field& field : fields_) {
    const BoundConverter& converter = field.converter;
    Json converted;
    const Json* value = &converted;  // where the field's value stands: often in the record itself
    try {
      if (converter.custom != nullptr) {
        converted = record.convert(*converter.custom, field.source.empty() ? field.name : field.source, field.source,
                                   field.constant, converter.parameters);
      } else {
        value = field.source.empty() ? &field.constant : &record.at(field.source);
        if (converter.built_in != nullptr) {
          const Json& whole = converter.built_in->reads_record ? record.json() : no_record;
          converted = converters_.built_in.convert(*converter.built_in, whole, *value, converter.parameters);
          value = &converted;
        }
      }
    } catch (const std::exception& error) {
      log_.error("field {}: the converter {} fails, the value is null: {}", field.name, field.converter_name,
                 error.what());
      converted = nullptr;
      value = &converted;
    }
    if (field.required && is_empty(*value)) missing += (missing.empty() ? "" : ", ") + field.name;
    text += field.key;
    append_text(text, *value);
    text += ',';
  }
  if (!missing.empty()) {
    log_.warning("a record is left out: nothing in the required {}", missing);
    text.resize(begin);
    return false;
  }
  text.back() = '}';
  return true;
}

bool Mapping::append(const Json& record, std::string& text) const {
  return append_fields(PlainView(record), text);
}

bool Mapping::append(InlineCode::PythonRecord& record, std::string& text) const {
  return append_fields(PythonView(record), text);
}

}  // namespace connector
