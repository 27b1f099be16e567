#pragma once

#include <spdlog/sinks/base_sink.h>

#include <filesystem>
#include <mutex>
#include <string>

#include "platform/appended_file.h"

namespace connector {

/// Appends lines to a file that only its owner can read. A file that somebody else has renamed is opened anew, so that
/// several programs, or logrotate, can share it.
class FileSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  /// charset: of the file; empty: UTF-8. Throws std::system_error when the file cannot be opened, std::runtime_error
  /// for a charset that is not known.
  FileSink(std::filesystem::path path, std::string charset);

  /// Goes on in the file that has its name now, made when it is missing.
  void reopen();

 protected:
  /// Called before bytes are appended to a file that is in place.
  virtual void make_room(std::uintmax_t bytes) { (void)bytes; }
  /// The file gets another name, and a new one begins.
  void rename_to(const std::filesystem::path& name);

  const std::filesystem::path& path() const { return path_; }
  const AppendedFile& file() const { return file_; }

  void sink_it_(const spdlog::details::log_msg& line) final;
  void flush_() final {}

 private:
  const std::filesystem::path path_;
  const std::string charset_;
  AppendedFile file_;
};

/// When a line would take the file past `max_bytes`, f becomes f.1, f.1 becomes f.2 … up to `backups`; with 0 for
/// either it grows for ever.
class SizedFileSink final : public FileSink {
 public:
  SizedFileSink(const std::filesystem::path& path, const std::string& charset, std::uintmax_t max_bytes,
                unsigned backups)
      : FileSink(path, charset), max_bytes_(max_bytes), backups_(backups) {}

 private:
  void make_room(std::uintmax_t bytes) override;

  const std::uintmax_t max_bytes_;
  const unsigned backups_;
};

}  // namespace connector
