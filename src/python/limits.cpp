#include "python/limits.h"

#include <algorithm>

#include "platform/memory.h"
#include "python/interpreter.h"

namespace connector {
namespace {

constexpr auto endless = std::chrono::hours(24 * 365);

}  // namespace

Watchdog::Watchdog(std::chrono::milliseconds limit, PyObject* exception)
    : limit_(limit), exception_(exception), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard guard(mutex_);
    stop_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

/// Looks from time to time instead of being told of each Watch, so that a Watch costs no system call.
void Watchdog::run() {
  const auto period = std::clamp(limit_ / 10, std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, period, [this] { return stop_; })) {
    if (!is_expired()) continue;
    lock.unlock();
    raise_expired();
    lock.lock();
  }
}

bool Watchdog::is_expired() const {
  const auto now = Clock::now();
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.deadline <= now; });
}

void Watchdog::raise_expired() {
  const InterpreterLock interpreter;
  const std::lock_guard guard(mutex_);
  const auto now = Clock::now();
  for (Entry& entry : entries_) {
    if (entry.deadline > now) continue;
    PyThreadState_SetAsyncExc(entry.thread, exception_);
    entry.is_raised = true;
  }
}

Watchdog::Watch::Watch(Watchdog& watchdog) : Watch(watchdog, watchdog.limit_) {}

Watchdog::Watch::Watch(Watchdog& watchdog, Clock::duration time) : watchdog_(watchdog) {
  const std::lock_guard guard(watchdog.mutex_);
  entry_ = watchdog.entries_.insert(watchdog.entries_.end(), Entry{PyThread_get_thread_ident(), Clock::now() + time});
}

Watchdog::Watch::~Watch() {
  const std::lock_guard guard(watchdog_.mutex_);
  // It may still be on its way to code that is not to blame.
  if (entry_->is_raised) PyThreadState_SetAsyncExc(entry_->thread, nullptr);
  watchdog_.entries_.erase(entry_);
}

Watchdog::Pause::Pause(Watchdog& watchdog) : watchdog_(watchdog), left_(watchdog.limit_) {
  const std::lock_guard guard(watchdog.mutex_);
  for (Entry& entry : watchdog.entries_) {
    if (entry.thread != PyThread_get_thread_ident()) continue;
    left_ = std::min(left_, entry.deadline - begin_);
    entry.deadline += endless;
  }
}

Watchdog::Pause::~Pause() {
  const Clock::duration lost = Clock::now() - begin_ - counted_;
  const std::lock_guard guard(watchdog_.mutex_);
  for (Entry& entry : watchdog_.entries_) {
    if (entry.thread == PyThread_get_thread_ident()) entry.deadline += lost - endless;
  }
}

namespace {

thread_local MemoryBudget* current_budget = nullptr;  // Python's allocators know no other way to whom they work for

}  // namespace

/// Python's own allocators with a count. What a thread takes is counted in its innermost budget, if it has one.
struct CountingAllocator {
  static void install() {
    static const bool installed = [] {
      original();
      arenas();
      PyMemAllocatorEx allocator{nullptr, allocate, allocate_zeroed, reallocate, release};
      PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &allocator);
      PyObjectArenaAllocator arena_allocator{nullptr, allocate_arena, release_arena};
      PyObject_SetArenaAllocator(&arena_allocator);
      return true;
    }();
    static_cast<void>(installed);
  }

 private:
  static const PyMemAllocatorEx& original() {
    static const PyMemAllocatorEx allocator = [] {
      PyMemAllocatorEx found;
      PyMem_GetAllocator(PYMEM_DOMAIN_RAW, &found);
      return found;
    }();
    return allocator;
  }

  static const PyObjectArenaAllocator& arenas() {
    static const PyObjectArenaAllocator allocator = [] {
      PyObjectArenaAllocator found;
      PyObject_GetArenaAllocator(&found);
      return found;
    }();
    return allocator;
  }

  static bool has_room(std::size_t bytes) {
    return !current_budget ||
           (bytes <= current_budget->bytes_ && current_budget->used_ <= current_budget->bytes_ - bytes);
  }
  static void take(std::size_t bytes) {
    if (current_budget) current_budget->used_ += bytes;
  }
  static void give(std::size_t bytes) {
    if (current_budget) current_budget->used_ -= std::min(bytes, current_budget->used_);
  }

  static void* counted(void* block) {
    if (block) take(block_size(block));
    return block;
  }

  static void* allocate(void*, std::size_t size) {
    return has_room(size) ? counted(original().malloc(original().ctx, size)) : nullptr;
  }
  static void* allocate_zeroed(void*, std::size_t count, std::size_t size) {
    if (size != 0 && count > static_cast<std::size_t>(PY_SSIZE_T_MAX) / size) return nullptr;
    return has_room(count * size) ? counted(original().calloc(original().ctx, count, size)) : nullptr;
  }
  static void* reallocate(void*, void* block, std::size_t size) {
    const std::size_t before = block_size(block);
    if (size > before && !has_room(size - before)) return nullptr;
    void* moved = original().realloc(original().ctx, block, size);
    if (moved) {
      give(before);
      counted(moved);
    }
    return moved;
  }
  static void release(void*, void* block) {
    give(block_size(block));
    original().free(original().ctx, block);
  }

  static void* allocate_arena(void*, std::size_t size) {
    if (!has_room(size)) return nullptr;
    void* arena = arenas().alloc(arenas().ctx, size);
    if (arena) take(size);
    return arena;
  }
  static void release_arena(void*, void* arena, std::size_t size) {
    give(size);
    arenas().free(arenas().ctx, arena, size);
  }
};

MemoryBudget::MemoryBudget(std::size_t bytes) : outer_(current_budget), bytes_(bytes) {
  CountingAllocator::install();
  current_budget = this;
}

MemoryBudget::~MemoryBudget() {
  current_budget = outer_;
}

}  // namespace connector
