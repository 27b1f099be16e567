#pragma once

#include <cstddef>

/// A variable of a library that lives in the program.
struct ConnectorLazyVariable {
  void* place;
  std::size_t bytes;
  const char* name;  ///< of the last row: null
};

/// Called by the stubs that lazy.cmake makes, at the first call of each function: where that function is. Loads the
/// library, and fills the program's `variables` of it, once. Ends the program with a clear line when this machine does
/// not have the library: callers ask missing_library() first where a package may be left out, and some callers are C
/// code that knows no exceptions. Thread-safe.
extern "C" void* connector_lazy_symbol(const char* library, const char* function,
                                       const ConnectorLazyVariable* variables) noexcept;
