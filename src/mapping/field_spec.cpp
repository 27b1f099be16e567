#include "mapping/field_spec.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "connector/error.h"
#include "text/nearest.h"
#include "text/text.h"

namespace connector {
namespace {

constexpr const char* kinds[] = {"source", "setting", "hardcoded"};

void merge_cloud(Json& fields, const std::string& field, const std::string& source) {
  Json& specification = fields[field];
  if (!specification.is_object()) specification = Json::object();
  specification["source"] = source;
}

void merge_ini(Json& merged, const Json& specification) {
  const bool names_kind =
      std::any_of(std::begin(kinds), std::end(kinds), [&](auto kind) { return specification.contains(kind); });
  if (names_kind && merged.is_object()) {
    for (const char* kind : kinds) merged.erase(kind);
  }
  overlay_specification(merged, specification);
}

void merge_cloud_mapping(Json& fields, const Json& cloud, const Log& log) {
  for (const auto& [source, target] : cloud.items()) {
    const Json targets = target.is_array() ? target : Json::array({target});
    for (const Json& field : targets) {
      if (source.empty() || !field.is_string() || field.get_ref<const std::string&>().empty()) {
        log.warning("the mapping in Oomnitza has an entry without source or field, which is skipped: {} -> {}",
                    to_text(source), to_text(field));
        continue;
      }
      merge_cloud(fields, field.get<std::string>(), source);
    }
  }
}

/// The string under a key; empty for everything else.
std::string string_at(const Json& specification, const char* key) {
  const auto found = specification.find(key);
  return found != specification.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_required(const Json& specification) {
  const Json& required = at(specification, "required");
  if (required.is_boolean()) return required.get<bool>();
  if (required.is_number()) return required == 1;
  return required.is_string() && parse_boolean(required.get_ref<const std::string&>()).value_or(false);
}

}  // namespace

void overlay_specification(Json& under, const Json& over) {
  if (!under.is_object()) under = Json::object();
  for (const auto& [key, value] : over.items()) under[key] = value;
}

std::vector<FieldSpec> field_specs(const Json& specifications) {
  std::vector<FieldSpec> specs;
  for (const auto& [field, specification] : specifications.items()) {
    specs.push_back({.field = field,
                     .source = string_at(specification, "source"),
                     .setting = string_at(specification, "setting"),
                     .hardcoded = at(specification, "hardcoded"),
                     .converter = string_at(specification, "converter"),
                     .required = is_required(specification),
                     .expects_source = false});
  }
  return specs;
}

Json merged_mapping(const Plugin& plugin, const Json& cloud, const FieldSpecifications& ini, const Log& log) {
  Json fields = plugin.default_mapping;
  merge_cloud_mapping(fields, cloud, log);
  for (const auto& [field, specification] : ini) merge_ini(fields[field], specification);
  if (plugin.data_type == DataType::users) {
    if (!fields.contains("POSITION")) fields["POSITION"] = {{"setting", "default_position"}};
    if (!fields.contains("PERMISSIONS_ID")) fields["PERMISSIONS_ID"] = {{"setting", "default_role"}};
  }
  for (auto& [field, specification] : fields.items()) {
    if (specification.contains("converter")) continue;
    const std::string source = string_at(specification, "source");
    for (const auto& [name, converter] : plugin.default_converters) {
      if (!source.empty() && name == source) specification["converter"] = converter;
    }
  }
  return fields;
}

bool is_sync_field(const std::vector<std::string>& sync_field, std::string_view field) {
  return std::any_of(sync_field.begin(), sync_field.end(),
                     [&](const std::string& name) { return equal_ignoring_case(name, field); });
}

void check_sync_field(const std::vector<std::string>& sync_field, const std::vector<std::string>& fields,
                      const Log& log) {
  if (fields.empty()) throw SourceError("nothing is mapped: map fields in Oomnitza, or with mapping.FIELD");
  std::vector<std::string> unmapped;
  for (const std::string& name : sync_field) {
    if (!is_sync_field(fields, name)) unmapped.push_back(name);
  }
  if (unmapped.empty()) return;
  const std::string names = fmt::format("{}", fmt::join(unmapped, ", "));
  const std::string meant = did_you_mean(unmapped.front(), fields);
  if (unmapped.size() == sync_field.size()) {
    throw SourceError(
        fmt::format("no field that sync_field names is mapped ({}){}: Oomnitza could not find the records "
                    "again; correct sync_field, or map the field in Oomnitza or with mapping.{}",
                    names, meant, unmapped.front()));
  }
  log.warning("sync_field names fields that are not mapped: {}{}", names, meant);
}

std::vector<std::string> incomplete_fields(const Json& specifications) {
  std::vector<std::string> names;
  for (const FieldSpec& spec : field_specs(specifications)) {
    if (!spec.is_complete()) names.push_back(spec.field);
  }
  return names;
}

}  // namespace connector
