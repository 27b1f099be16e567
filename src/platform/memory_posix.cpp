#include "platform/memory.h"

#include <malloc.h>

namespace connector {

void give_memory_back() {
#ifndef __SANITIZE_ADDRESS__  // it has an allocator of its own, and malloc_trim() would find malloc's never set up
  malloc_trim(0);
#endif
}

}  // namespace connector
