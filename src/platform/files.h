#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace connector {

/// Writes a file so that nobody ever reads half of it: a temporary name beside it, then fsync, then rename. Readable
/// and writable by its owner alone. Throws std::system_error.
void write_file_atomically(const std::filesystem::path& file, std::string_view content);

/// Writes a file, over an older one of that name, without waiting for the disk. Readable and writable by its owner
/// alone. Throws std::system_error.
void write_private_file(const std::filesystem::path& file, std::string_view content);

/// Makes the folder, and those above it, with permission for its owner alone. Throws std::system_error.
void make_private_folder(const std::filesystem::path& folder);

/// The whole content. Throws std::system_error.
std::string read_file(const std::filesystem::path& file);

/// A section's name as the name of a file or folder: '/', '\\', control characters and leading dots become '_'.
std::string safe_name(std::string_view name);

}  // namespace connector
