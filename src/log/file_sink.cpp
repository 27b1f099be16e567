#include "log/file_sink.h"

#include <fmt/format.h>

#include <stdexcept>
#include <system_error>
#include <utility>

#include "text/charset.h"
#include "text/encode.h"

namespace connector {

namespace fs = std::filesystem;

FileSink::FileSink(fs::path path, std::string charset)
    : path_(std::move(path)), charset_(std::move(charset)), file_(path_) {
  if (!charset_.empty() && !encoded_text("a", charset_)) {
    throw std::runtime_error(fmt::format("its encoding \"{}\" is not known", charset_));
  }
}

void FileSink::reopen() {
  const std::lock_guard lock(mutex_);
  try {
    file_.open();
  } catch (const std::system_error&) {  // it is closed now: the next line opens it, or says why it cannot
  }
}

void FileSink::sink_it_(const spdlog::details::log_msg& line) {
  spdlog::memory_buf_t formatted;
  formatter_->format(line, formatted);
  std::string text(formatted.data(), formatted.size());
  if (!charset_.empty()) text = encoded_text(text, charset_).value_or(text);
  if (!file_.is_in_place()) file_.open();
  make_room(text.size());
  if (!charset_.empty() && file_.size() > 0) text.erase(0, marked_encoding(text).mark);
  file_.append(text);
}

void FileSink::rename_to(const fs::path& name) {
  file_.close();
  std::error_code missing;
  fs::rename(path_, name, missing);
  file_.open();
}

void SizedFileSink::make_room(std::uintmax_t bytes) {
  const std::uintmax_t used = file().size();
  if (max_bytes_ == 0 || backups_ == 0 || used == 0 || used + bytes <= max_bytes_) return;
  const auto backup = [this](unsigned number) {
    fs::path name = path();
    return name += "." + std::to_string(number);
  };
  std::error_code missing;
  for (unsigned number = backups_; number > 1; --number) fs::rename(backup(number - 1), backup(number), missing);
  rename_to(backup(1));
}

}  // namespace connector
