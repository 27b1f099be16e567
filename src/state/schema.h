#pragma once

#include <span>

namespace connector {

/// How state.db came to be what it is, step by step: texts of SQL. A file has gone through as many of them as its
/// `PRAGMA user_version` says. What was once released is never changed: a change is a further row.
std::span<const char* const> migrations();

}  // namespace connector
