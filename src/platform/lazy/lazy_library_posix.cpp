#include "platform/lazy/lazy_library.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

void* connector_lazy_symbol(const char* library, const char* function) noexcept {
  void* const handle = dlopen(library, RTLD_LAZY);
  void* const symbol = handle == nullptr ? nullptr : dlsym(handle, function);
  if (symbol != nullptr) return symbol;
  std::fprintf(stderr, "connector: cannot load a library that it needs: %s. Install the package that has %s\n",
               dlerror(), library);
  std::_Exit(2);
}
