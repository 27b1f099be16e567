#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "platform/appended_file.h"
#include "platform/descriptor_posix.h"

namespace connector {

struct AppendedFile::Handle {
  Descriptor file = Descriptor();
};

AppendedFile::AppendedFile(std::filesystem::path path) : path_(std::move(path)), handle_(std::make_unique<Handle>()) {
  open();
}

AppendedFile::~AppendedFile() = default;

void AppendedFile::append(std::string_view text) {
  write_all(handle_->file, text, path_);
}

bool AppendedFile::is_in_place() const {
  return connector::is_in_place(handle_->file, path_);
}

std::uintmax_t AppendedFile::size() const {
  struct stat status {};
  return ::fstat(handle_->file.number(), &status) == 0 ? static_cast<std::uintmax_t>(status.st_size) : 0;
}

void AppendedFile::close() {
  handle_ = std::make_unique<Handle>();
}

void AppendedFile::open() {
  close();
  // A link may lead to a device (/dev/stdout), which nobody can lay down in another's name, and to nothing else.
  std::error_code missing;
  const bool is_device = std::filesystem::is_character_file(path_, missing) || std::filesystem::is_fifo(path_, missing);
  const int links = is_device ? 0 : O_NOFOLLOW;
  handle_->file =
      Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | links, S_IRUSR | S_IWUSR));
  if (handle_->file.number() < 0 && errno == ELOOP) {
    fail_about("a log is not written through a symbolic link: name the file itself in logging.json, not", path_);
  }
  if (handle_->file.number() < 0) fail_about("cannot open", path_);
}

}  // namespace connector
