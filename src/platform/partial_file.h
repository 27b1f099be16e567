#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace connector {

/// A file while it is received: it has a temporary name in its folder, and gets its own when it is complete. It is
/// locked meanwhile, so that two writers of one file do not meet; where the file system knows no locks, it is not.
/// Nothing is written through a symbolic link. For one thread at a time. All functions throw std::system_error.
class PartialFile {
 public:
  /// Begins an empty file. What a killed process has left under the temporary name is removed; one that another writer
  /// has locked is an error.
  PartialFile(const std::filesystem::path& folder, std::string name, std::string temporary_name);
  /// Removes the file, unless it was completed.
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  void write(std::string_view piece);
  /// Forgets what was written.
  void restart();
  /// Gives the file its name, over an older one. When this returns, the disk has it.
  void complete();

 private:
  struct Handles;

  std::filesystem::path path_;  ///< for messages
  std::string name_;
  std::string temporary_;
  std::unique_ptr<Handles> handles_;
  bool completed_ = false;
};

}  // namespace connector
