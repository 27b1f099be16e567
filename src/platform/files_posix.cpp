#include "platform/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "platform/descriptor_posix.h"

namespace connector {
namespace {

constexpr std::string_view unfinished_extension = ".tmp-";

std::chrono::system_clock::time_point moment(const timespec& time) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(time.tv_sec) +
                                               std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace

void write_file_atomically(const std::filesystem::path& file, std::string_view content) {
  std::string temporary = file.native() + std::string(unfinished_extension) + "XXXXXX";
  {
    const Descriptor descriptor(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
    if (descriptor.number() < 0) fail_about("cannot write", file);
    try {
      write_all(descriptor, content, file);
      if (::fsync(descriptor.number()) != 0) fail_about("cannot write", file);
    } catch (...) {
      ::unlink(temporary.c_str());
      throw;
    }
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    errno = error;
    fail_about("cannot write", file);
  }
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() >= 0) ::fsync(descriptor.number());
}

void write_private_file(const std::filesystem::path& file, std::string_view content) {
  const Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (descriptor.number() < 0 || ::fchmod(descriptor.number(), 0600) != 0) fail_about("cannot write", file);
  write_all(descriptor, content, file);
}

void make_private_file(const std::filesystem::path& file) {
  const bool is_new = ::mknod(file.c_str(), S_IFREG | 0600, 0) == 0;
  if (!is_new && errno != EEXIST) fail_about("cannot make", file);
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) fail_about("cannot look at", file);
  if (!S_ISREG(status.st_mode)) fail_about("cannot use", file, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
  const bool is_private = (status.st_mode & 07777) == 0600;
  if (!is_private && ::chmod(file.c_str(), 0600) != 0 && errno != EPERM) fail_about("cannot make private:", file);
}

void make_private_folder(const std::filesystem::path& folder) {
  if (folder.empty() || std::filesystem::is_directory(folder)) return;
  if (folder.has_parent_path()) make_private_folder(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail_about("cannot make the folder", folder);
}

void make_private_folder_here(const std::filesystem::path& relative) {
  std::filesystem::path folder;
  for (const std::filesystem::path& part : relative) {
    folder /= part;
    std::error_code none;
    if (std::filesystem::is_symlink(folder, none)) fail_about("not written through a symbolic link:", folder, ELOOP);
  }
  make_private_folder(relative);
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

std::optional<unsigned> foreign_owner(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || status.st_uid == ::geteuid() || status.st_uid == 0) return std::nullopt;
  return status.st_uid;
}

bool is_unfinished(const std::filesystem::path& file) {
  return file.extension().native().starts_with(unfinished_extension);
}

std::error_code cannot_write_into(const std::filesystem::path& folder) {
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return {errno, std::generic_category()};
}

std::optional<FileStamp> file_stamp(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{.device = status.st_dev,
                   .inode = status.st_ino,
                   .size = static_cast<std::uintmax_t>(status.st_size),
                   .modified = moment(status.st_mtim),
                   .changed = moment(status.st_ctim)};
}

std::string read_file(const std::filesystem::path& file) {
  FileReader reader(file);
  std::string content;
  for (std::string_view piece = reader.next(); !piece.empty(); piece = reader.next()) content.append(piece);
  if (reader.error()) fail_about("cannot read", file, reader.error().value());
  return content;
}

std::string read_file_without_line_end(const std::filesystem::path& file) {
  std::string content = read_file(file);
  if (content.ends_with('\n')) content.pop_back();
  if (content.ends_with('\r')) content.pop_back();
  return content;
}

struct FileReader::Handle {
  Descriptor descriptor;
};

FileReader::FileReader(const std::filesystem::path& file, std::size_t largest_piece)
    : handle_(std::make_unique<Handle>(Handle{Descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC))})),
      largest_piece_(largest_piece) {
  if (handle_->descriptor.number() < 0) error_ = {errno, std::generic_category()};
}

FileReader::~FileReader() = default;

std::string_view FileReader::next() {
  if (error_) return {};
  buffer_.resize(largest_piece_);
  ssize_t count = -1;
  do {
    count = ::read(handle_->descriptor.number(), buffer_.data(), buffer_.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) error_ = {errno, std::generic_category()};
  return {buffer_.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
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
