#include "platform/memory.h"

#include <malloc.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <thread>

namespace connector {
namespace {

/// A block that malloc() hands out as it is, and one that the system gives: what is freed may be asked for either way.
class Reserve {
 public:
  void fill() {
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (blocks_[i].load() != nullptr) continue;
      void* block = std::malloc(sizes_[i]);  // nobody writes to it: of the large one no page is in RAM
      void* none = nullptr;
      if (!blocks_[i].compare_exchange_strong(none, block)) std::free(block);
    }
  }

  /// Whether there was any.
  bool give_up() {
    bool any = false;
    for (std::atomic<void*>& block : blocks_) {
      void* held = block.exchange(nullptr);
      any = any || held != nullptr;
      std::free(held);
    }
    return any;
  }

 private:
  static constexpr std::array<std::size_t, 2> sizes_ = {96 << 10, 2 << 20};
  std::array<std::atomic<void*>, 2> blocks_{};
};

// Of the process, as std::set_new_handler() is: it calls a function without an argument.
constinit Reserve first_reserve;   // for whatever fails first
constinit Reserve second_reserve;  // for the destructors that an exception calls
constinit std::atomic<bool> has_run_out = false;

void use_reserve() {
  has_run_out = true;
  if (first_reserve.give_up()) return;
  second_reserve.give_up();
  throw std::bad_alloc();
}

}  // namespace

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

void use_few_arenas() {
  mallopt(M_ARENA_MAX, std::max(2, static_cast<int>(std::thread::hardware_concurrency())));
}

void keep_memory_in_reserve() {
  first_reserve.fill();
  second_reserve.fill();
  std::set_new_handler(use_reserve);
  has_run_out = false;
}

void require_memory() {
  if (has_run_out.load(std::memory_order_relaxed)) throw std::bad_alloc();
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
