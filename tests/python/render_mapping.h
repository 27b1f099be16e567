#pragma once

#include <string>
#include <vector>

#include "python/templates.h"

namespace connector::test {

/// What a mapping's sources give for a record, one after the other. Throws TemplateError.
inline std::vector<Json> render_mapping(Templates& templates, const std::vector<Json>& sources, const Json& record) {
  std::vector<MappingSource> read;
  for (const Json& source : sources) read.push_back(templates.read_mapping(source));
  std::vector<const MappingSource*> pointers;
  std::vector<std::string> outcomes(read.size());
  std::vector<MappingQuestion> questions;
  bool is_changed = false;
  for (std::size_t i = 0; i < read.size(); ++i) {
    pointers.push_back(&read[i]);
    if (!is_changed && read[i].append(record, outcomes[i])) continue;
    questions.push_back({.record = 0, .source = i});
    is_changed = is_changed || (read[i].has_call() && templates.may_change_values(read[i].as_template()));
  }
  const std::vector<const Json*> records = {&record};
  templates.map(pointers, records, questions);
  for (const MappingQuestion& question : questions) {
    if (!question.error.empty()) throw TemplateError(question.error);
    outcomes[question.source] = question.json;
  }
  std::vector<Json> values;
  for (const std::string& outcome : outcomes) values.push_back(parse_json(outcome));
  return values;
}

}  // namespace connector::test
