#pragma once

#include <string>

namespace connector {

/// Loads a shared library whose functions have stubs (lazy.cmake), and makes this program's weak references to its
/// variables point to them: before any of them is used. Its symbols also serve the libraries that it loads itself. To
/// be called by one thread at a time; again is without effect. Returns an empty string, or why it cannot be loaded.
/// library: its name as the dynamic linker knows it; empty where libraries are linked as usual: there is nothing to do.
std::string load_with_variables(const char* library);

}  // namespace connector
