#pragma once

#include <string>

#include "connector/json.h"

namespace connector::test {

/// A text that is the same for equal values: the order of keys, and 1 or 1.0, do not count.
std::string canonical(const Json& value);

/// Whether every member of `part` is in `whole`, at every depth of objects; lists must be equal.
bool is_subset(const Json& part, const Json& whole);

}  // namespace connector::test
