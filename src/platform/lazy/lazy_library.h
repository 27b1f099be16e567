#pragma once

/// Called by the stubs that lazy.cmake makes, at the first call of each function: where that function is. Also for a
/// single variable of a library. Loads the library. Ends the program with a clear line when this machine does not have
/// it: the package depends on it, so that this is an installation that was tampered with, and the caller is C code that
/// knows no exceptions.
extern "C" void* connector_lazy_symbol(const char* library, const char* symbol) noexcept;
