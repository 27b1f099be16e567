#include "mapping/template_mapping.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "connector/error.h"
#include "python/template_shortcut.h"
#include "text/values.h"

namespace connector {
namespace {

/// The fields whose attribute is a plain name or path.
std::vector<AbsentNames::Name> plain_names(const TemplateMappingSpec& spec) {
  std::vector<AbsentNames::Name> names;
  for (const auto& [field, specification] : spec.fields.items()) {
    const Json& value = member(specification, "value");
    if (text_of(member(specification, "type")) != "attribute" || !value.is_string()) continue;
    const std::string& text = value.get_ref<const std::string&>();
    const auto path = shortcut::Path::of_template(text);
    if (const auto name = path ? path : shortcut::Path::of_expression(text)) names.push_back({field, name->text()});
  }
  return names;
}

bool has_name(const Json& record, const std::string& path) {
  const std::size_t dot = path.find('.');
  const Json* first = shortcut::find_escaped(record, std::string_view(path).substr(0, dot));
  return first != nullptr && (dot == std::string::npos || is_empty(*first) || has(*first, path.substr(dot + 1)));
}

}  // namespace

TemplateMapping::TemplateMapping(TemplateMappingSpec spec, Templates& templates, RecordFilter filter, Faults faults)
    : spec_(std::move(spec)),
      templates_(templates),
      filter_(filter),
      faults_(std::move(faults)),
      absent_names_(plain_names(spec_), has_name) {}

void TemplateMapping::prepare() {
  std::optional<Json> credential_name;
  for (const auto& [name, specification] : spec_.fields.items()) {
    if (std::find(spec_.extras.begin(), spec_.extras.end(), name) != spec_.extras.end()) continue;
    const std::string type = text_of(member(specification, "type"));
    const Json& value = member(specification, "value");
    Field field{.name = name, .key = to_text(Json(name)) + ":"};
    if (type == "value") {
      field.constant = to_text(value);
    } else if (type == "catalog_input") {
      field.constant = to_text(spec_.catalog_input(text_of(value)));
    } else if (type == "credential_input") {
      if (!credential_name) credential_name = spec_.credential_name();
      field.constant = to_text(*credential_name);
    } else if (type == "attribute") {
      field.source = templates_.read_mapping(value);
    } else {
      faults_.log().warning("field {} skipped: this version does not know its mapping type {}", name, type);
      continue;
    }
    fields_.push_back(std::move(field));
  }
}

std::vector<std::string> TemplateMapping::fields() const {
  std::vector<std::string> names = spec_.extras;
  for (const auto& [name, specification] : spec_.fields.items()) names.push_back(name);
  return names;
}

void TemplateMapping::map(Batch& batch, Payload& payload, Counts& counts) {
  if (filter_) filter(batch, counts);
  absent_names_.note(batch);
  for (Record& record : batch) {
    if (record.error.empty()) {
      try {
        std::call_once(prepared_, [this] { prepare(); });
        const bool is_mapped = payload.add([&](std::string& text) { return append(record, text); });
        if (!is_mapped) ++counts.skipped;
        continue;
      } catch (const std::exception& error) {
        record.error = error.what();
      }
    }
    faults_.note(Level::error, "record could not be read completely", fmt::format("record {}", record.number),
                 record.error);
    ++counts.failed;
  }
}

/// Leaves the records that pass, as the filter has changed them.
void TemplateMapping::filter(Batch& batch, Counts& counts) const {
  filter_.code->together([&](const InlineCode::Lock& python) {
    std::erase_if(batch, [&](Record& record) { return record.error.empty() && !passes(record, python, counts); });
  });
}

bool TemplateMapping::passes(Record& record, const InlineCode::Lock& python, Counts& counts) const {
  try {
    InlineCode::PythonRecord seen(*filter_.code, python, record.data);
    if (seen.keep(*filter_.function)) {
      record.data = seen.json();
      return true;
    }
    ++counts.filtered_out;
  } catch (const std::exception& error) {
    faults_.note(Level::error, "record not sent", fmt::format("record {}", record.number), error.what());
    ++counts.failed;
  }
  return false;
}

bool TemplateMapping::append(const Record& record, std::string& text) const {
  if (fields_.empty() && spec_.extras.empty()) return false;
  std::optional<MappingRecord> names;
  if (record.data.is_object()) names.emplace(record.data);
  text += '{';
  for (const Field& field : fields_) append_field(field, names, text);
  if (!names) throw SourceError("the record is not an object");
  for (const std::string& extra : spec_.extras) {
    text += to_text(extra) + ':' + to_text(member(record.extra, extra)) + ',';
  }
  text.back() = '}';
  return true;
}

void TemplateMapping::append_field(const Field& field, std::optional<MappingRecord>& names, std::string& text) const {
  text += field.key;
  try {
    if (!field.source) {
      text += field.constant;
    } else if (names) {
      templates_.append_mapping(*field.source, *names, text);
    } else {
      throw SourceError("the record is not an object");
    }
  } catch (const std::exception& error) {
    throw SourceError(fmt::format("field {}, mapped to {}: {}", field.name, field.source->text(), error.what()));
  }
  text += ',';
}

}  // namespace connector
