#pragma once

#include <string>

#include "connector/log.h"

namespace connector {

/// A log that writes where `log` does, each line behind the prefix: "section [ldap]: ".
Log prefixed(Log log, std::string prefix);

}  // namespace connector
