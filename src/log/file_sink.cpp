#include "log/file_sink.h"

#include <string>
#include <system_error>
#include <utility>

namespace connector {

namespace fs = std::filesystem;

FileSink::FileSink(fs::path path, std::uintmax_t max_bytes, unsigned backups)
    : path_(std::move(path)), max_bytes_(max_bytes), backups_(backups), file_(path_) {}

void FileSink::sink_it_(const spdlog::details::log_msg& line) {
  spdlog::memory_buf_t text;
  formatter_->format(line, text);
  if (!file_.is_in_place()) file_.open();
  const std::uintmax_t used = file_.size();
  if (max_bytes_ > 0 && backups_ > 0 && used > 0 && used + text.size() > max_bytes_) rotate();
  file_.append({text.data(), text.size()});
}

void FileSink::rotate() {
  const auto backup = [this](unsigned number) {
    fs::path path = path_;
    return path += "." + std::to_string(number);
  };
  file_.close();
  std::error_code missing;
  for (unsigned number = backups_; number > 1; --number) fs::rename(backup(number - 1), backup(number), missing);
  fs::rename(path_, backup(1), missing);
  file_.open();
}

}  // namespace connector
