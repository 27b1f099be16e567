#pragma once

#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connector/connector.h"

namespace connector {

/// A source: its section's name, and what describes it.
struct SourceEntry {
  std::string_view section;
  Plugin (*plugin)();
};

/// The sources that a program has. Each is described when somebody first asks for it, since a run needs a few of them.
/// Any thread may call its functions; plugins stay where they are.
class Plugins {
 public:
  Plugins() = default;
  /// In generate-ini's order.
  explicit Plugins(std::vector<SourceEntry> entries) : entries_(std::move(entries)), plugins_(entries_.size()) {}

  /// Nothing when no source has this section.
  const Plugin* find(std::string_view section) const;
  /// Describes every one.
  std::span<const Plugin> all() const;
  std::vector<std::string> sections() const;

 private:
  const Plugin& described(std::size_t index) const;

  std::vector<SourceEntry> entries_;
  mutable std::mutex mutex_;
  mutable std::vector<Plugin> plugins_;  ///< those that nobody has asked for are empty
};

}  // namespace connector
