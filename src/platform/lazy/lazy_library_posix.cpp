#include "platform/lazy/lazy_library.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>

namespace {

[[noreturn]] void give_up(const char* library) {
  std::fprintf(stderr, "connector: cannot load a library that it needs: %s. Install the package that has %s\n",
               dlerror(), library);
  std::_Exit(2);
}

/// The library's own variables hold what they begin with. The library itself finds the program's in their place.
void fill(const ConnectorLazyVariable* variables, void* handle, const char* library) {
  static std::mutex mutex;
  static std::set<const ConnectorLazyVariable*> filled;
  const std::lock_guard lock(mutex);
  if (!filled.insert(variables).second) return;
  for (const ConnectorLazyVariable* variable = variables; variable->name != nullptr; ++variable) {
    const void* const own = dlsym(handle, variable->name);
    if (own == nullptr) give_up(library);
    std::memcpy(variable->place, own, variable->bytes);
  }
}

}  // namespace

void* connector_lazy_symbol(const char* library, const char* function,
                            const ConnectorLazyVariable* variables) noexcept {
  const bool has_variables = variables->name != nullptr;
  void* const handle = dlopen(library, RTLD_LAZY | (has_variables ? RTLD_GLOBAL : RTLD_LOCAL));
  void* const symbol = handle == nullptr ? nullptr : dlsym(handle, function);
  if (symbol == nullptr) give_up(library);
  if (has_variables) fill(variables, handle, library);
  return symbol;
}
