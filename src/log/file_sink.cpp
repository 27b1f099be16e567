#include "log/file_sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace connector {

namespace fs = std::filesystem;

FileSink::FileSink(fs::path path, std::uintmax_t max_bytes, unsigned backups)
    : path_(std::move(path)), max_bytes_(max_bytes), backups_(backups) {
  open();
}

FileSink::~FileSink() {
  close();
}

void FileSink::sink_it_(const spdlog::details::log_msg& line) {
  spdlog::memory_buf_t text;
  formatter_->format(line, text);
  if (file_ < 0 || renamed()) open();
  const std::uintmax_t used = size();
  if (max_bytes_ > 0 && backups_ > 0 && used > 0 && used + text.size() > max_bytes_) rotate();
  // One write for a line: lines of several programs do not mix.
  for (const char* next = text.begin(); next != text.end();) {
    const ssize_t written = ::write(file_, next, static_cast<std::size_t>(text.end() - next));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw std::system_error(errno, std::generic_category(), "Cannot write to " + path_.string());
    next += written;
  }
}

void FileSink::open() {
  close();
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), "Cannot open " + path_.string());
}

void FileSink::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

void FileSink::rotate() {
  const auto backup = [this](unsigned number) { return fs::path(path_.string() + "." + std::to_string(number)); };
  std::error_code missing;
  for (unsigned number = backups_; number > 1; --number) fs::rename(backup(number - 1), backup(number), missing);
  fs::rename(path_, backup(1), missing);
  open();
}

bool FileSink::renamed() const {
  struct stat here {};
  struct stat there {};
  return ::fstat(file_, &here) != 0 || ::stat(path_.c_str(), &there) != 0 || here.st_ino != there.st_ino ||
         here.st_dev != there.st_dev;
}

std::uintmax_t FileSink::size() const {
  struct stat status {};
  return ::fstat(file_, &status) == 0 ? static_cast<std::uintmax_t>(status.st_size) : 0;
}

}  // namespace connector
