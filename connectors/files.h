// Files that sources read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace connector {

/// The regular files in the folder itself whose names end in `extension`, in exactly this case, and do not begin with a
/// dot; by name. The folder's name is not a pattern. Throws SourceError when it is not a folder or cannot be listed.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder, std::string_view extension);

/// The whole content of a file. Throws SourceError.
std::string content_of(const std::filesystem::path& file);

}  // namespace connector
