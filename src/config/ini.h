#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/section.h"

namespace connector {

/// Reads a config.ini: the sections in their order, each once. [DEFAULT]'s settings are already in the other sections
/// (but [converters]), and it is not among them. Throws ConfigError with file and line when the file is missing,
/// unreadable, no UTF-8 or no ini file.
std::vector<Section> read_ini(const std::filesystem::path& file);

/// The same from text; name stands for the file in messages.
std::vector<Section> parse_ini(const std::string& text, const std::string& name);

}  // namespace connector
