#include "platform/process_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include "platform/descriptor_posix.h"

namespace connector {
namespace {

long process_named_in(const Descriptor& file) {
  std::array<char, 32> text{};
  return ::pread(file.number(), text.data(), text.size() - 1, 0) > 0 ? std::strtol(text.data(), nullptr, 10) : 0;
}

}  // namespace

struct ProcessLock::Handle {
  Descriptor descriptor;
};

ProcessLock::ProcessLock(const std::filesystem::path& file, Kind kind) : file_(file) {
  const int lock = kind == Kind::exclusive ? LOCK_EX : LOCK_SH;
  while (true) {
    Descriptor opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (opened.number() < 0) fail_about("cannot open the lock", file);
    if (::flock(opened.number(), lock | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      other_ = process_named_in(opened);
      return;
    }
    if (!is_in_place(opened, file)) continue;  // another process has removed it with its lock
    handle_ = std::make_unique<Handle>(Handle{std::move(opened)});
    if (::ftruncate(handle_->descriptor.number(), 0) != 0) fail_about("cannot write", file);
    write_all(handle_->descriptor, std::to_string(::getpid()) + "\n", file);
    return;
  }
}

ProcessLock::~ProcessLock() {
  if (!handle_) return;
  const bool is_shared = ::flock(handle_->descriptor.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (!is_shared) ::unlink(file_.c_str());
}

}  // namespace connector
