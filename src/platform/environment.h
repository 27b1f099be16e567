#pragma once

#include <map>
#include <string>

namespace connector {

/// The process's environment, by name. Not while another thread changes it.
std::map<std::string, std::string> environment_variables();

/// One variable of the process's environment; empty when it is not set. Not while another thread changes it.
std::string environment_variable(const char* name);

}  // namespace connector
