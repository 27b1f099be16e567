#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace connector {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  /// Negative when opening has failed.
  int number() const { return number_; }

 private:
  int number_;
};

/// Whether the open file is what has this name now: not once somebody has renamed or removed it.
bool is_in_place(const Descriptor& descriptor, const std::filesystem::path& file);

/// Throws std::system_error, by default that of errno.
[[noreturn]] void fail_about(const std::string& what, const std::filesystem::path& file);
[[noreturn]] void fail_about(const std::string& what, const std::filesystem::path& file, int error);

/// Writes all of it, in one call as long as the system takes it so. file: for the message. Throws std::system_error.
void write_all(const Descriptor& descriptor, std::string_view content, const std::filesystem::path& file);

}  // namespace connector
