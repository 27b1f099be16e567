#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/settings.h"
#include "connector/connector.h"
#include "connector/json.h"
#include "connector/log.h"
#include "convert/converters.h"
#include "python/inline_code.h"

namespace connector {

/// Merges a mapping's three sources, FIELD by FIELD: the connector's defaults, the cloud's {source: field or [fields]}
/// (an empty object when it does not count), the ini's. Adds POSITION and PERMISSIONS_ID for users and the connector's
/// default converters. The result: FIELD -> specification, in the order of conversion.
Json merged_mapping(const Plugin& plugin, const Json& cloud, const FieldSpecifications& ini, const Log& log);

/// The names of the fields that have neither source nor setting nor hardcoded value.
std::vector<std::string> incomplete_fields(const Json& specifications);

/// All converters that the fields of a run can name.
struct Converters {
  const BuiltInConverters& built_in;
  const InlineCode* inline_code = nullptr;  ///< nothing when the configuration holds no code
};

/// A converter with its parameters, as a field names it.
struct BoundConverter {
  const BuiltInConverters::Converter* built_in = nullptr;
  const InlineCode::Function* custom = nullptr;
  Parameters parameters;

  explicit operator bool() const { return built_in != nullptr || custom != nullptr; }
};

/// Finds the converter that `text` ("split:on=/") names: custom ones first. Throws ConfigError when there is none.
BoundConverter bind_converter(const std::string& text, const Converters& converters);

/// What becomes of records: the fields of a section, each with its source and converter found. Used by several threads
/// at once.
class Mapping {
 public:
  /// values: what fields of the kind "setting" get. Throws ConfigError for a converter that is not there.
  Mapping(const Json& specifications, const SettingValues& values, const Converters& converters, Log log);

  bool empty() const { return fields_.empty(); }
  /// Whether a field has a converter written in Python.
  bool needs_python() const { return needs_python_; }
  /// The names that fields read from records.
  std::vector<std::string> sources() const;

  /// Appends the mapped record's JSON text to `text` and returns true; or returns false, and `text` is as before, when
  /// a required field is empty or there are no fields.
  bool append(const Json& record, std::string& text) const;
  /// The same for a record that Python code has seen or will see. Under the record's lock.
  bool append(InlineCode::PythonRecord& record, std::string& text) const;

 private:
  struct Field {
    std::string name;
    std::string key;     ///< the name as JSON text with its colon
    std::string source;  ///< empty: the constant counts
    Json constant;
    std::string converter_name;
    BoundConverter converter;
    bool required = false;
  };

  template <class View>
  bool append_fields(View record, std::string& text) const;

  std::vector<Field> fields_;
  Converters converters_;
  Log log_;
  bool needs_python_ = false;
};

}  // namespace connector
