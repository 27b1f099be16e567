#include "mapping/absent_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "text/nearest.h"

namespace connector {
namespace {

constexpr std::size_t max_depth = 3;
constexpr std::size_t max_names = 500;
constexpr std::size_t max_shown = 20;

bool is_readable(const Record& record) {
  return record.error.empty() && record.data.is_object();
}

/// Appends the dotted names in an object.
void append_names(const Json& object, const std::string& prefix, std::size_t depth, std::vector<std::string>& names) {
  for (const auto& [key, value] : object.get_ref<const Json::object_t&>()) {
    if (names.size() == max_names) return;
    names.push_back(prefix + key);
    if (value.is_object() && depth < max_depth) append_names(value, prefix + key + ".", depth + 1, names);
  }
}

}  // namespace

AbsentNames::AbsentNames(std::vector<Name> names, Has has)
    : has_(has), all_seen_(names.empty()), absent_(std::move(names)) {}

void AbsentNames::note(const Batch& batch) {
  if (all_seen_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(mutex_);
  const auto first = std::find_if(batch.begin(), batch.end(), is_readable);
  if (first == batch.end()) return;
  if (present_.empty()) append_names(first->data, "", 1, present_);
  std::erase_if(absent_, [&](const Name& name) {
    return std::any_of(first, batch.end(),
                       [&](const Record& record) { return is_readable(record) && has_(record.data, name.source); });
  });
  all_seen_ = absent_.empty();
}

void AbsentNames::note(const Rows& rows) {
  if (!all_seen_.load(std::memory_order_relaxed) && !rows.empty()) note({Record(rows.record(0))});
}

void AbsentNames::warn(const Log& log) const {
  const std::lock_guard lock(mutex_);
  if (present_.empty()) return;
  const auto shown = present_.begin() + static_cast<std::ptrdiff_t>(std::min(present_.size(), max_shown));
  for (const Name& name : absent_) {
    const std::string meant = did_you_mean(name.source, present_);
    log.warning("field {}: no record has \"{}\"{} A record has: {}{}", name.field, name.source,
                meant.empty() ? "." : meant, excerpt(fmt::format("{}", fmt::join(present_.begin(), shown, ", "))),
                present_.size() > max_shown ? " …" : "");
  }
}

}  // namespace connector
