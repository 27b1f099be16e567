#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "platform/descriptor_posix.h"
#include "platform/partial_file.h"

namespace connector {
namespace {

Descriptor opened_folder(const std::filesystem::path& folder) {
  Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number() < 0) fail_about("cannot open the folder", folder);
  return opened;
}

/// Whether the open file is the one that has this name now.
bool is_named(int number, int folder, const std::string& name) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(number, &opened) == 0 && ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/// Locks the file, unless another one has it or the file system knows no locks.
bool is_locked_by_another(int number) {
  return ::flock(number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

/// Removes what has the name of a temporary file and no owner. A temporary file is removed or renamed by the one that
/// has it locked alone.
void remove_leftover(int folder, const std::string& name, const std::filesystem::path& path) {
  const Descriptor leftover(::openat(folder, name.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (leftover.number() >= 0) {
    if (is_locked_by_another(leftover.number())) fail_about("another sync is writing", path, EBUSY);
    if (!is_named(leftover.number(), folder, name)) return;
  }
  if (::unlinkat(folder, name.c_str(), 0) != 0 && errno != ENOENT) fail_about("cannot remove", path);
}

Descriptor made_file(int folder, const std::string& name, const std::filesystem::path& path) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    Descriptor made(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (made.number() >= 0) {
      if (!is_locked_by_another(made.number()) && is_named(made.number(), folder, name)) return made;
    } else if (errno == EEXIST) {
      remove_leftover(folder, name, path);
    } else {
      fail_about("cannot write", path);
    }
  }
  fail_about("another sync is writing", path, EBUSY);
}

}  // namespace

struct PartialFile::Handles {
  Descriptor folder;
  Descriptor file = Descriptor();
};

PartialFile::PartialFile(const std::filesystem::path& folder, std::string name, std::string temporary_name)
    : path_(folder / name),
      name_(std::move(name)),
      temporary_(std::move(temporary_name)),
      handles_(std::make_unique<Handles>(Handles{opened_folder(folder)})) {
  handles_->file = made_file(handles_->folder.number(), temporary_, path_);
}

PartialFile::~PartialFile() {
  if (!completed_) ::unlinkat(handles_->folder.number(), temporary_.c_str(), 0);
}

void PartialFile::write(std::string_view piece) {
  write_all(handles_->file, piece, path_);
}

void PartialFile::restart() {
  const int file = handles_->file.number();
  if (::ftruncate(file, 0) != 0 || ::lseek(file, 0, SEEK_SET) != 0) fail_about("cannot write", path_);
}

void PartialFile::complete() {
  const int folder = handles_->folder.number();
  if (::fsync(handles_->file.number()) != 0) fail_about("cannot write", path_);
  if (::renameat(folder, temporary_.c_str(), folder, name_.c_str()) != 0) fail_about("cannot write", path_);
  completed_ = true;
  // Some network file systems cannot be asked for this.
  if (::fsync(folder) != 0 && errno != EINVAL && errno != ENOTSUP) fail_about("cannot write", path_);
}

}  // namespace connector
