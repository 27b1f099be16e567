#pragma once

#include "connector/json.h"

namespace connector::chef {

/// Where a section looks for values that the table of the node's kind does not have.
struct AuditSettings {
  Json attribute_extension;  ///< {PLATFORM: {NAME: PATH}}, or null
  Json node_mappings;        ///< {KIND: {"serial_number": PATH, "model": PATH}}, or null
};

/// Whether a setting is such an object of objects of strings.
bool has_shape(const Json& setting);

/// The hardware of a node, as Oomnitza's mapping for Chef knows it: {"hardware": {…}}.
Json audit(const Json& node, const AuditSettings& settings);

}  // namespace connector::chef
