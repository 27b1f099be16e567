#pragma once

#include <string>

#include "python/templates.h"

namespace connector::test {

/// What a mapping's source gives for a record.
inline Json render_mapping(Templates& templates, const Json& source, MappingRecord& record) {
  std::string json;
  templates.append_mapping(templates.read_mapping(source), record, json);
  return parse_json(json);
}

}  // namespace connector::test
