#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "connector/connector.h"

namespace connector {

/// A config.ini with every section and every key, enabling nothing.
std::string sample_ini(std::span<const Plugin> plugins);

/// The same as an env file.
std::string sample_env(std::span<const Plugin> plugins);

/// The settings of a plugin as a Markdown table, for its README.
std::string settings_table(const Plugin& plugin);

/// Writes sample_ini() to `file`, readable by its owner alone. A file already there is renamed to its name plus ".bak",
/// ".bak.1" …, so that no older one is lost: that name is returned. Throws ConfigError when that cannot be done.
std::optional<std::filesystem::path> write_sample_ini(std::span<const Plugin> plugins,
                                                      const std::filesystem::path& file);

}  // namespace connector
