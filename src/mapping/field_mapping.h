#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "convert/converters.h"
#include "log/faults.h"
#include "mapping/absent_names.h"
#include "mapping/field_spec.h"
#include "mapping/mapping.h"
#include "python/inline_code.h"

namespace connector {

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

/// The mapping of a section: fields that are looked up by name and converted.
class FieldMapping final : public Mapping {
 public:
  /// values: what fields of the kind "setting" get. Throws ConfigError for a converter that does not exist.
  FieldMapping(const std::vector<FieldSpec>& specs, const SettingValues& values, const Converters& converters,
               RecordFilter filter, Faults faults);

  void map(Batch& batch, Payload& payload, Counts& counts) override;
  void map_rows(const Rows& rows, Payload& payload, Counts& counts) override;
  std::vector<std::string> fields() const override;
  void tell_absent_names() const override { absent_names_.warn(faults_.log()); }

 private:
  struct Field {
    std::string name;
    std::string key;     ///< the name as JSON text between a comma and a colon
    std::string source;  ///< empty: the constant counts
    Json constant;
    std::string converter_name;
    BoundConverter converter;
    bool required = false;
    std::size_t number = 0;  ///< among the fields
  };

  /// Which record is mapped, and where it is counted.
  struct Mapped {
    Counts& counts;
    std::size_t number;            ///< among the records of the run
    const Json* record = nullptr;  ///< or
    const Rows* rows = nullptr;
    std::size_t row = 0;
  };

  /// What keeps a converted value.
  struct Scratch {
    Json json;
    std::string text;
  };

  Field bind(const FieldSpec& spec, const SettingValues& values) const;
  bool code_reads_keys();
  std::string name_of(const Mapped& mapped) const;
  template <class View>
  void map(View record, InlineCode::PythonRecord* python, const Mapped& mapped, Payload& payload) const;
  template <class Work>
  void count_failure(const Mapped& mapped, Work work) const;
  void map_record(const Mapped& mapped, const std::optional<InlineCode::Lock>& python, Payload& payload) const;
  bool is_flat_to_code(const Json& record) const;
  template <class View>
  ValueView value_of(const Field& field, View& record, const Mapped& mapped, Scratch& scratch) const;
  template <class View>
  ValueView converted(const Field& field, View& record, Scratch& scratch) const;
  template <class View>
  bool append_fields(View& record, const Mapped& mapped, std::string& text) const;

  std::vector<Field> fields_;
  Converters converters_;
  RecordFilter filter_;
  Faults faults_;
  bool needs_python_;
  std::vector<std::string> keys_;          ///< that code reads of a record,
  bool code_reads_whole_records_ = false;  ///< unless it may do more with it
  AbsentNames absent_names_;
  std::string naming_field_;  ///< whose value names a record, and its source; empty: none
  std::string naming_source_;
};

}  // namespace connector
