#include "platform/memory.h"

#include <malloc.h>
#include <string.h>
#include <sys/prctl.h>

namespace connector {

void give_memory_back() {
#ifndef __SANITIZE_ADDRESS__  // it has an allocator of its own, and malloc_trim() would find malloc's never set up
  malloc_trim(0);
#endif
}

void wipe(std::string& text) {
  text.resize(text.capacity());  // what was cut off, too
  ::explicit_bzero(text.data(), text.size());
  text.clear();
}

void keep_memory_private() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace connector
