#include "connector/plugins.h"

#include <algorithm>

namespace connector {

const Plugin& Plugins::described(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  Plugin& plugin = plugins_[index];
  if (plugin.section.empty()) plugin = entries_[index].plugin();
  return plugin;
}

const Plugin* Plugins::find(std::string_view section) const {
  const auto found = std::ranges::find(entries_, section, &SourceEntry::section);
  return found == entries_.end() ? nullptr : &described(found - entries_.begin());
}

std::span<const Plugin> Plugins::all() const {
  for (std::size_t index = 0; index < entries_.size(); ++index) described(index);
  return plugins_;
}

std::vector<std::string> Plugins::sections() const {
  std::vector<std::string> names;
  for (const SourceEntry& entry : entries_) names.emplace_back(entry.section);
  return names;
}

}  // namespace connector
