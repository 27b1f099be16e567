#pragma once

#include <filesystem>
#include <memory>
#include <optional>

namespace connector {

/// A file that one process has locked, for as long as the object lives, or several that share the lock. The kernel
/// keeps it: a process that ends, however that may be, leaves none behind. Where the file system knows no locks,
/// everybody gets it.
class ProcessLock {
 public:
  enum class Kind { exclusive, shared };

  /// Makes the file and locks it, unless another process has a lock that this one cannot stand beside. Throws
  /// std::system_error.
  explicit ProcessLock(const std::filesystem::path& file, Kind kind = Kind::exclusive);
  /// Removes the file, unless others share the lock.
  ~ProcessLock();
  ProcessLock(const ProcessLock&) = delete;
  ProcessLock& operator=(const ProcessLock&) = delete;

  /// A process that has the lock in place of this one; 0 when it has not said yet. Nothing: this one has it.
  std::optional<long> other() const { return other_; }

 private:
  struct Handle;
  std::filesystem::path file_;
  std::unique_ptr<Handle> handle_;
  std::optional<long> other_;
};

}  // namespace connector
