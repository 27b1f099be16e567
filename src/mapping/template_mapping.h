#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "connector/json.h"
#include "log/faults.h"
#include "mapping/absent_names.h"
#include "mapping/mapping.h"
#include "python/templates.h"

namespace connector {

/// What the mapping of a described integration is made of.
struct TemplateMappingSpec {
  Json fields;                      ///< FIELD -> {"type", "value"}
  std::vector<std::string> extras;  ///< fields that come from Record::extra, in the place of mapped ones
  /// The input of that name as text; null without one.
  std::function<Json(const std::string& input)> catalog_input;
  /// The name of the credential; null without one. Asked once at most, when the first record comes.
  std::function<Json()> credential_name;
};

/// The mapping of an integration that the cloud describes: templates over the record.
class TemplateMapping final : public Mapping {
 public:
  TemplateMapping(TemplateMappingSpec spec, Templates& templates, RecordFilter filter, Faults faults);

  void map(Batch& batch, Payload& payload, Counts& counts) override;
  std::vector<std::string> fields() const override;
  void tell_absent_names() const override { absent_names_.warn(faults_.log()); }

 private:
  struct Field {
    std::string name;
    std::string key;  ///< the name as JSON text, with the comma before and the colon behind it
    std::optional<MappingSource> source = {};
    std::string constant = {};  ///< JSON text, without a source
    bool may_change_values = false;
  };
  class Drafts;

  void prepare();
  void filter(Batch& batch, Counts& counts) const;
  bool passes(Record& record, const InlineCode::Lock& python, Counts& counts) const;
  void add(Record& record, Drafts& drafts, Counts& counts);
  void fail(const Record& record, Counts& counts) const;

  const TemplateMappingSpec spec_;
  Templates& templates_;
  const RecordFilter filter_;
  const Faults faults_;
  AbsentNames absent_names_;
  std::once_flag prepared_;
  std::vector<Field> fields_;
  std::vector<const MappingSource*> sources_;  ///< of the fields; nullptr without one
};

}  // namespace connector
