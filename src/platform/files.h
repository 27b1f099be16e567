#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace connector {

/// Writes a file so that nobody ever reads half of it: a temporary name beside it, then fsync, then rename. Readable
/// and writable by its owner alone. Throws std::system_error.
void write_file_atomically(const std::filesystem::path& file, std::string_view content);

/// Whether this is such a temporary name: what a process that was killed leaves.
bool is_unfinished(const std::filesystem::path& file);

/// Writes a file, over an older one of that name, without waiting for the disk; not through a symbolic link. Readable
/// and writable by its owner alone. Throws std::system_error.
void write_private_file(const std::filesystem::path& file, std::string_view content);

/// Makes an empty file for its owner alone, whatever the umask; one that is there loses others' permissions and is left
/// alone otherwise. It is not opened: closing it would end this process's locks on it. Throws std::system_error.
void make_private_file(const std::filesystem::path& file);

/// Makes the folder, and those above it, with permission for its owner alone. Throws std::system_error.
void make_private_folder(const std::filesystem::path& folder);

/// Makes a folder below the working folder likewise. Throws std::system_error, also when a symbolic link stands in its
/// way.
void make_private_folder_here(const std::filesystem::path& relative);

/// Whether something of that name can be looked at.
bool is_there(const std::filesystem::path& path);

/// The user to whom a file or folder belongs when that is neither this process's nor root: one who could read and
/// change what is in it. Nothing also where there is none.
std::optional<unsigned> foreign_owner(const std::filesystem::path& path);

/// Why this process may not make files in the folder; no error when it may.
std::error_code cannot_write_into(const std::filesystem::path& folder);

/// What changes when a file is changed or replaced.
struct FileStamp {
  std::uintmax_t device;
  std::uintmax_t inode;
  std::uintmax_t size;
  std::chrono::system_clock::time_point modified;  ///< its content
  std::chrono::system_clock::time_point changed;   ///< its content, permissions or name

  bool operator==(const FileStamp&) const = default;
};

/// Nothing when there is no such file, or one that cannot be looked at.
std::optional<FileStamp> file_stamp(const std::filesystem::path& file);

/// The whole content. Throws std::system_error.
std::string read_file(const std::filesystem::path& file);

/// The same without the line end that editors leave at a file's end. Throws std::system_error.
std::string read_file_without_line_end(const std::filesystem::path& file);

/// A file that is read from its beginning to its end, piece by piece. For one thread at a time.
class FileReader {
 public:
  static constexpr std::size_t usual_piece = std::size_t{64} << 10;  ///< bytes

  /// Opens the file. The error is why it could not be opened; then it has no pieces. largest_piece: in bytes.
  explicit FileReader(const std::filesystem::path& file, std::size_t largest_piece = usual_piece);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// The next bytes, which hold until the next call. Empty: the end, or an error.
  std::string_view next();

  const std::error_code& error() const { return error_; }

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
  std::size_t largest_piece_;
  std::vector<char> buffer_;
  std::error_code error_;
};

/// A section's name as the name of a file or folder: '/', '\\', control characters and leading dots become '_'.
std::string safe_name(std::string_view name);

}  // namespace connector
