#include "platform/library.h"

#include <dlfcn.h>

namespace connector {

std::string missing_library(const LazyLibrary& library) {
  const std::string file(library.file);
  if (dlopen(file.c_str(), RTLD_LAZY) != nullptr) return {};  // and it stays loaded: it is about to be used
  const std::string package = library.package.empty() ? "that has it" : std::string(library.package);
  return "needs " + file + ", which cannot be loaded on this machine: install the package " + package;
}

}  // namespace connector
