#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace connector {

/// A file that text is appended to, by several processes at once if need be; only its owner can read it. For one thread
/// at a time.
class AppendedFile {
 public:
  /// Opens the file, made when it is missing. Throws std::system_error.
  explicit AppendedFile(std::filesystem::path path);
  ~AppendedFile();
  AppendedFile(const AppendedFile&) = delete;
  AppendedFile& operator=(const AppendedFile&) = delete;

  /// In one write: strings of several processes do not mix. Throws std::system_error.
  void append(std::string_view text);

  /// Whether the path still leads to this file: not once somebody has renamed or removed it, nor after close().
  bool is_in_place() const;
  /// In bytes; 0 when it is not known.
  std::uintmax_t size() const;

  void close();
  /// Opens what has the name now. Throws std::system_error; the file is closed then.
  void open();

 private:
  struct Handle;

  std::filesystem::path path_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace connector
