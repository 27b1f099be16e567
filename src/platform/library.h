#pragma once

#include <string>

#include "platform/lazy/libraries.h"

namespace connector {

/// Why a library cannot be loaded on this machine, with what to install: "needs libodbc.so.2, which cannot be loaded
/// on this machine: install the package libodbc2". Empty when it can. It is loaded then. Thread-safe.
std::string missing_library(const LazyLibrary& library);

}  // namespace connector
