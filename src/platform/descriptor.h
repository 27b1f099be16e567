#pragma once

#include <filesystem>
#include <string_view>

namespace connector {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  /// Negative when opening has failed.
  int number() const { return number_; }

 private:
  int number_;
};

/// Writes all of it. file: for the message. Throws std::system_error.
void write_all(const Descriptor& descriptor, std::string_view content, const std::filesystem::path& file);

}  // namespace connector
