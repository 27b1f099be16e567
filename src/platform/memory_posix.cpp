#include "platform/memory.h"

#include <malloc.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <fstream>

namespace connector {

void give_memory_back() {
#ifndef __SANITIZE_ADDRESS__  // it has an allocator of its own, and malloc_trim() would find malloc's never set up
  malloc_trim(0);
#endif
}

std::uint64_t resident_memory() {
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;  // pages: proc(5)
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
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
