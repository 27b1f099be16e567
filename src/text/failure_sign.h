#pragma once

#include <string>

#include "connector/json.h"

namespace connector {

/// What an object says of a failure although its status says nothing of one: the member ("error": "quota exceeded"),
/// as JSON. A member that is empty, or says that all is well, is none. Empty when there is no such member.
std::string failure_sign(const Json& value);

/// Whether it is an object whose status is "error".
bool has_error_status(const Json& value);

}  // namespace connector
