#pragma once

#include <functional>
#include <string>
#include <vector>

#include "connector/json.h"
#include "connector/log.h"
#include "integration/items.h"
#include "python/templates.h"

namespace connector::integration {

/// Where a mapping's constant values come from. Both are asked once at most.
struct MappingValues {
  /// The input of that name as text; null without one.
  std::function<Json(const std::string& input)> catalog_input;
  /// The name of the credential; null without one.
  std::function<Json()> credential_name;
};

/// A managed mapping: how records become what Oomnitza gets. Safe to use from several threads.
class RecordMapping {
 public:
  /// specifications: FIELD -> {"type", "value"}. Warns about types that it does not know.
  RecordMapping(const Json& specifications, bool with_software, bool with_saas, const MappingValues& values,
                Templates& templates, const Log& log);

  bool empty() const { return fields_.empty() && !with_software_ && !with_saas_; }

  /// Appends the mapped record's JSON text. Returns false, and appends nothing, when there are no fields. Throws
  /// SourceError for a record that is no object and attributes that cannot be rendered; the text says which.
  bool append(const PulledRecord& record, std::string& text) const;

 private:
  struct Field {
    std::string name;
    std::string key;       ///< the name as JSON text with its colon
    Json attribute;        ///< a template over the record; counts unless there is a constant
    std::string constant;  ///< JSON text
  };

  void append_fields(const PulledRecord& record, std::string& text) const;

  std::vector<Field> fields_;
  bool with_software_;
  bool with_saas_;
  Templates& templates_;
};

/// The cloud's mapping with the ini's over it, key by key.
Json merged_mapping(Json cloud, const Json& ini);

}  // namespace connector::integration
