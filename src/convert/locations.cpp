#include "convert/locations.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "convert/builtin.h"
#include "text/text.h"

namespace connector {
namespace {

constexpr std::size_t example_limit = 10;

std::string name_parameter(const Conversion& conversion, std::string_view name, const char* default_value) {
  const Json* parameter = conversion.parameters.find(name);
  if (!parameter) return default_value;
  const std::string* text = string_in(*parameter);
  if (!text) throw ConversionError(fmt::format("the parameter {} needs a name: {}=NAME", name, name));
  return *text;
}

}  // namespace

Json Locations::find(const std::string& value, const std::string& field, const std::string& label) {
  const Directory& known = directory(field, label);
  if (const auto entry = known.entries.find(value); entry != known.entries.end()) return entry->second;
  if (std::string lower = lower_case(value); known.texts.contains(lower)) return lower;
  count_unknown(value);
  return value;
}

const Locations::Directory& Locations::directory(const std::string& field, const std::string& label) {
  const std::pair key(field, label);
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = directories_.find(key); found != directories_.end()) return found->second;
  }
  const std::unique_lock lock(mutex_);
  if (const auto found = directories_.find(key); found != directories_.end()) return found->second;
  return directories_.emplace(key, make_directory(field, label)).first->second;
}

Locations::Directory Locations::make_directory(const std::string& field, const std::string& label) {
  fetch_once();
  Directory result;
  for (const Json& location : *locations_) {
    const Json* name = find_member(location, label);
    const Json* entry = find_member(location, field);
    if (!name || !name->is_string() || is_empty(*name) || !entry || is_empty(*entry)) continue;
    result.entries.insert_or_assign(name->get<std::string>(), *entry);
  }
  for (const auto& [name, entry] : result.entries) {
    if (const std::string* text = string_in(entry)) result.texts.insert(*text);
  }
  return result;
}

void Locations::fetch_once() {
  if (locations_) return;
  try {
    Json answer = fetch_();
    if (!answer.is_array()) throw std::runtime_error("the response is not a list");
    locations_ = std::move(answer);
  } catch (const std::exception& error) {
    log_.error("The converter location works without locations, they could not be fetched: {}", error.what());
    locations_ = Json::array();
  }
}

void Locations::count_unknown(const std::string& value) {
  const std::unique_lock lock(mutex_);
  ++unknown_count_;
  const bool is_new = std::find(unknown_examples_.begin(), unknown_examples_.end(), value) == unknown_examples_.end();
  if (is_new && unknown_examples_.size() < example_limit) unknown_examples_.push_back(value);
}

void Locations::report() const {
  const std::shared_lock lock(mutex_);
  if (unknown_count_ == 0) return;
  std::string examples;
  for (const std::string& example : unknown_examples_) {
    examples += (examples.empty() ? "" : ", ") + to_text(example);
  }
  log_.warning("The converter location left {} values as they were, Oomnitza has no such location: {}", unknown_count_,
               examples);
}

Json location(const Conversion& conversion) {
  if (is_empty(conversion.value)) return nullptr;
  const std::string& value = required_text(conversion.value);
  return conversion.locations.find(value, name_parameter(conversion, "field", "location_id"),
                                   name_parameter(conversion, "label", "name"));
}

}  // namespace connector
