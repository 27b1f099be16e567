#include "platform/memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <new>

namespace connector::memory_test {

void ask_for_memory() {
  [[maybe_unused]] void* volatile never_freed = ::operator new(64 << 10);
}

/// Has the system give no more, and asks for more: in a process of its own.
[[noreturn]] void run_out_of_memory() {
  keep_memory_in_reserve();
  require_memory();
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;  // proc(5)
  const rlim_t now = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const rlimit nothing_more = {.rlim_cur = now, .rlim_max = now};
  ::setrlimit(RLIMIT_AS, &nothing_more);
  bool has_been_told = false;
  for (;;) {
    try {
      ask_for_memory();
      if (!has_been_told) require_memory();
    } catch (const std::bad_alloc&) {
      if (has_been_told) std::_Exit(3);  // the reserve is used up
      has_been_told = true;
      ask_for_memory();  // what destructors ask for meanwhile
    }
  }
}

TEST(MemoryReserve, LetsDestructorsGoOnAndTellsOthers) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers have an allocator of their own";
#endif
  EXPECT_EXIT(run_out_of_memory(), testing::ExitedWithCode(3), "");
}

}  // namespace connector::memory_test
