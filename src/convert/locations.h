#pragma once

#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "connector/json.h"
#include "connector/log.h"

namespace connector {

/// The cloud's locations, fetched when they are first asked for, and the values that are none. Thread-safe.
class Locations {
 public:
  Locations(std::function<Json()> fetch, Log log) : fetch_(std::move(fetch)), log_(std::move(log)) {}

  /// What stands under `field` of the location whose `label` is the value, see docs/converters-and-filters.md.
  Json find(const std::string& value, const std::string& field, const std::string& label);

  /// Warns of the values that were no locations.
  void report() const;

 private:
  struct Directory {
    std::unordered_map<std::string, Json> entries;  // by label
    std::unordered_set<std::string> texts;          // the entries that are strings
  };

  const Directory& directory(const std::string& field, const std::string& label);
  Directory make_directory(const std::string& field, const std::string& label);
  void fetch_once();
  void count_unknown(const std::string& value);

  std::function<Json()> fetch_;
  Log log_;
  mutable std::shared_mutex mutex_;
  std::optional<Json> locations_;
  std::map<std::pair<std::string, std::string>, Directory> directories_;  // by field and label; its nodes stay in place
  std::size_t unknown_count_ = 0;
  std::vector<std::string> unknown_examples_;
};

}  // namespace connector
