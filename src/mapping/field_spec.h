#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "connector/connector.h"
#include "connector/json.h"
#include "connector/log.h"

namespace connector {

/// How one field of Oomnitza is filled, as specified: the first of source, setting and hardcoded that is not empty.
struct FieldSpec {
  std::string field;
  std::string source;     ///< name in the record
  std::string setting;    ///< name of a setting of the section
  Json hardcoded;         ///< null: none
  std::string converter;  ///< "split:on=/"; empty: none
  bool required = false;  ///< without a value the record is skipped
  /// Records must have the source: neither a converter nor code makes the value of anything else.
  bool expects_source = false;
  bool names_record = false;  ///< it is a sync field: records are named by it in messages

  /// Whether anything says where the value comes from.
  bool is_complete() const { return !source.empty() || !setting.empty() || !hardcoded.is_null(); }
};

/// Reads merged specifications, FIELD -> {"source", "setting", "hardcoded", "converter", "required"}.
std::vector<FieldSpec> field_specs(const Json& specifications);

/// Merges a mapping's three origins, FIELD by FIELD: the connector's defaults, the cloud's {source: field or [fields]}
/// (an empty object when it does not count), the ini's. Adds POSITION and PERMISSIONS_ID for users and the connector's
/// default converters. The result: FIELD -> specification, in the order of conversion.
Json merged_mapping(const Plugin& plugin, const Json& cloud, const FieldSpecifications& ini, const Log& log);

/// The names of the fields that have neither source nor setting nor hardcoded value.
std::vector<std::string> incomplete_fields(const Json& specifications);

/// Whether a field is one of those that sync_field names, in any case.
bool is_sync_field(const std::vector<std::string>& sync_field, std::string_view field);

/// Checks that records with these fields can be found again in Oomnitza. Warns of names in sync_field that nothing is
/// mapped to; throws SourceError when that holds for all of them, or when nothing is mapped at all.
void check_sync_field(const std::vector<std::string>& sync_field, const std::vector<std::string>& fields,
                      const Log& log);

/// Lays one field's specification over another's, key by key.
void overlay_specification(Json& under, const Json& over);

}  // namespace connector
