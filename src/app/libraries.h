#pragma once

#include <span>
#include <string_view>

#include "platform/lazy/libraries.h"

namespace connector {

/// A library that is in the program, or that it loads.
struct Library {
  std::string_view name;     ///< as in docs/dependencies.md
  std::string_view version;  ///< at build time
  std::string_view license;  ///< an SPDX expression
};

/// What can be left out of an installation.
struct Feature {
  std::string_view name;
  const LazyLibrary& library;  ///< without it the feature is missing
};

/// Every library of the product, in the order of docs/dependencies.md.
std::span<const Library> libraries();

std::span<const Feature> features();

}  // namespace connector
