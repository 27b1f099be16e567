#include "platform/lazy/lazy_library.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

void* connector_lazy_symbol(const char* library, const char* symbol) noexcept {
  void* const handle = dlopen(*library == '\0' ? nullptr : library, RTLD_LAZY);
  void* const address = handle == nullptr ? nullptr : dlsym(handle, symbol);
  if (address != nullptr) return address;
  std::fprintf(stderr, "connector: cannot load a library that it needs: %s. Install the package that has %s\n",
               dlerror(), library);
  std::_Exit(2);
}
