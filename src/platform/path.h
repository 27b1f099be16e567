#pragma once

#include <filesystem>
#include <string>

namespace connector {

/// A path for messages: absolute, as UTF-8. One that cannot be made absolute is shown as it is. Throws nothing.
std::string shown_path(const std::filesystem::path& path);

/// A path as it is, as UTF-8: for libraries that take file names so.
std::string utf8_path(const std::filesystem::path& path);

}  // namespace connector
