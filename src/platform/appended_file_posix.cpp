#include <fcntl.h>
#include <sys/stat.h>

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
  handle_->file = Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (handle_->file.number() < 0) fail_about("cannot open", path_);
}

}  // namespace connector
