#pragma once

#include <spdlog/sinks/base_sink.h>

#include <filesystem>
#include <mutex>

#include "platform/appended_file.h"

namespace connector {

/// Appends lines to a file that only its owner can read. When a line would take it past `max_bytes`, f becomes f.1, f.1
/// becomes f.2 … up to `backups`; with 0 for either it grows for ever. A file that somebody else has renamed is opened
/// anew, so that several programs, or logrotate, can share it.
class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  /// Throws std::system_error when the file cannot be opened.
  FileSink(std::filesystem::path path, std::uintmax_t max_bytes, unsigned backups);

 protected:
  void sink_it_(const spdlog::details::log_msg& line) override;
  void flush_() override {}

 private:
  void rotate();

  std::filesystem::path path_;
  std::uintmax_t max_bytes_;
  unsigned backups_;
  AppendedFile file_;
};

}  // namespace connector
