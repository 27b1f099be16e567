#pragma once

#include <filesystem>
#include <string>

namespace connector {

/// The whole content of a file that configures. Throws ConfigError when it is missing or unreadable.
std::string configuration_text(const std::filesystem::path& file);

}  // namespace connector
