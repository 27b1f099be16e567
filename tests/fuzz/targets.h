#pragma once

#include <span>
#include <string_view>

namespace connector::fuzz {

/// What reads text that others wrote.
struct Target {
  std::string_view name;
  /// Reads it. Errors that the reader is documented to throw are caught; whatever else goes wrong ends the process.
  void (*read)(std::string_view input);
};

std::span<const Target> targets();

/// Nothing (nullptr) when there is none of that name.
const Target* find(std::string_view name);

}  // namespace connector::fuzz
