// What a source remembers between two runs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace connector {

/// A file that holds a source's state, readable and writable by its owner alone. Write it in Connector::delivered().
class StateFile {
 public:
  explicit StateFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// Its content without white space around it; nothing when there is no such file. Throws SourceError when there is
  /// one that cannot be read.
  std::optional<std::string> read() const;

  /// Replaces its content so that nobody ever reads half of it. Throws SourceError.
  void write(std::string_view content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace connector
