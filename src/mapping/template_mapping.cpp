#include "mapping/template_mapping.h"

#include <optional>
#include <utility>

#include "connector/error.h"
#include "integration/values.h"

namespace connector::integration {
Json merged_mapping(Json cloud, const Json& ini) {
  for (const auto& [field, specification] : ini.items()) {
    Json& merged = cloud[field];
    if (!merged.is_object()) merged = Json::object();
    for (const auto& [key, value] : specification.items()) merged[key] = value;
  }
  return cloud;
}

RecordMapping::RecordMapping(const Json& specifications, bool with_software, bool with_saas,
                             const MappingValues& values, Templates& templates, const Log& log)
    : with_software_(with_software), with_saas_(with_saas), templates_(templates) {
  std::optional<Json> credential_name;
  for (const auto& [name, specification] : specifications.items()) {
    if ((with_software && name == "APPLICATIONS") || (with_saas && name == "SAAS")) continue;
    const std::string type = text_of(member(specification, "type"));
    const Json& value = member(specification, "value");
    Field field{.name = name, .key = to_text(Json(name)) + ":", .attribute = value, .constant = {}};
    if (type == "value") {
      field.constant = to_text(value);
    } else if (type == "catalog_input") {
      field.constant = to_text(values.catalog_input(text_of(value)));
    } else if (type == "credential_input") {
      if (!credential_name) credential_name = values.credential_name();
      field.constant = to_text(*credential_name);
    } else if (type != "attribute") {
      log.warning("the field {} is left out: its mapping is of the type {}, which this version does not know", name,
                  type);
      continue;
    }
    fields_.push_back(std::move(field));
  }
}

bool RecordMapping::append(const PulledRecord& record, std::string& text) const {
  if (empty()) return false;
  const std::size_t begin = text.size();
  try {
    append_fields(record, text);
  } catch (...) {
    text.resize(begin);
    throw;
  }
  return true;
}

void RecordMapping::append_fields(const PulledRecord& record, std::string& text) const {
  std::optional<MappingRecord> names;
  if (record.data.is_object()) names.emplace(record.data);
  char separator = '{';
  const auto add = [&](std::string_view key, std::string_view value) {
    text += separator;
    text += key;
    text += value;
    separator = ',';
  };
  for (const Field& field : fields_) {
    if (!field.constant.empty()) {
      add(field.key, field.constant);
      continue;
    }
    try {
      if (!names) throw SourceError("the record is no object");
      add(field.key, to_text(templates_.render_mapping(field.attribute, *names)));
    } catch (const std::exception& error) {
      throw SourceError(
          fmt::format("the field {}, mapped to {}: {}", field.name, text_of(field.attribute), error.what()));
    }
  }
  if (!names) throw SourceError("the record is no object");
  if (with_software_) add("\"APPLICATIONS\":", to_text(record.applications));
  if (with_saas_) add("\"SAAS\":", to_text(record.saas));
  text += '}';
}

}  // namespace connector::integration
