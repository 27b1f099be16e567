#include "platform/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "platform/descriptor.h"

namespace connector {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& file) {
  throw std::system_error(errno, std::generic_category(), what + " " + file.string());
}

}  // namespace

void write_file_atomically(const std::filesystem::path& file, std::string_view content) {
  std::string temporary = file.string() + ".XXXXXX";
  {
    const Descriptor descriptor(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
    if (descriptor.number() < 0) fail("cannot write", file);
    try {
      write_all(descriptor, content, file);
      if (::fsync(descriptor.number()) != 0) fail("cannot write", file);
    } catch (...) {
      ::unlink(temporary.c_str());
      throw;
    }
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    errno = error;
    fail("cannot write", file);
  }
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() >= 0) ::fsync(descriptor.number());
}

void write_private_file(const std::filesystem::path& file, std::string_view content) {
  const Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (descriptor.number() < 0 || ::fchmod(descriptor.number(), 0600) != 0) fail("cannot write", file);
  write_all(descriptor, content, file);
}

void make_private_folder(const std::filesystem::path& folder) {
  if (folder.empty() || std::filesystem::is_directory(folder)) return;
  if (folder.has_parent_path()) make_private_folder(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot make the folder", folder);
}

std::string read_file(const std::filesystem::path& file) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.number() < 0) fail("cannot read", file);
  std::string content;
  char buffer[65536];
  while (true) {
    const ssize_t count = ::read(descriptor.number(), buffer, sizeof buffer);
    if (count < 0) {
      if (errno == EINTR) continue;
      fail("cannot read", file);
    }
    if (count == 0) return content;
    content.append(buffer, static_cast<std::size_t>(count));
  }
}

std::string safe_name(std::string_view name) {
  std::string safe(name);
  for (char& c : safe) {
    if (c == '/' || c == '\\' || (c >= 0 && c < ' ')) c = '_';
  }
  for (std::size_t i = 0; i < safe.size() && safe[i] == '.'; ++i) safe[i] = '_';
  return safe.empty() ? "_" : safe;
}

}  // namespace connector
