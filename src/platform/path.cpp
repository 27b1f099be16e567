#include "platform/path.h"

#include <system_error>

namespace connector {

std::string shown_path(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(path, error);
  if (error || whole.empty()) return utf8_path(path);
  std::filesystem::path shown;
  for (const std::filesystem::path& part : whole) {
    if (part != ".") shown /= part;  // ".." stays: behind a symbolic link it leads elsewhere
  }
  return utf8_path(shown);
}

std::string utf8_path(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

}  // namespace connector
