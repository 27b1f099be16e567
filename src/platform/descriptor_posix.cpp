#include "platform/descriptor_posix.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "platform/path.h"

namespace connector {

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

bool is_in_place(const Descriptor& descriptor, const std::filesystem::path& file) {
  struct stat here {};
  struct stat there {};
  return ::fstat(descriptor.number(), &here) == 0 && ::stat(file.c_str(), &there) == 0 && here.st_ino == there.st_ino &&
         here.st_dev == there.st_dev;
}

void fail_about(const std::string& what, const std::filesystem::path& file) {
  fail_about(what, file, errno);
}

void fail_about(const std::string& what, const std::filesystem::path& file, int error) {
  throw std::system_error(error, std::generic_category(), what + " " + shown_path(file));
}

void write_all(const Descriptor& descriptor, std::string_view content, const std::filesystem::path& file) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor.number(), content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      fail_about("cannot write", file);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace connector
