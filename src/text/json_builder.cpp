#include "text/json_builder.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

namespace connector {
namespace {

constexpr std::size_t depth_limit = 500;
constexpr std::size_t search_limit = 24;  // up to so many keys comparing them all is quicker than hashing them

bool has_twins(const std::string* keys, std::size_t count) {
  if (count <= search_limit) {
    for (std::size_t i = 1; i < count; ++i) {
      if (std::find(keys, keys + i, keys[i]) != keys + i) return true;
    }
    return false;
  }
  std::unordered_set<std::string_view> seen;
  seen.reserve(count);
  return !std::all_of(keys, keys + count, [&](const std::string& key) { return seen.insert(key).second; });
}

/// Keeps of members with the same key the first one's place and the last one's value.
void merge_twins(JsonMembers& members) {
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<std::pair<std::size_t, std::size_t>> kept;  // where a key stands first, where it stands last
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(members[i].first, kept.size());
    if (is_new) kept.emplace_back(i, i);
    kept[place->second].second = i;
  }
  JsonMembers merged;
  merged.reserve(kept.size());
  for (const auto& [first, last] : kept) merged.emplace_back(members[first].first, std::move(members[last].second));
  members.swap(merged);
}

/// The library's words without the text it could not read: that may be a secret, and long.
std::string problem_with(const nlohmann::detail::exception& error, std::size_t position) {
  const std::string_view words = error.what();
  if (error.id != 101) return "at character " + std::to_string(position) + ": a number is too large";
  const std::size_t begin = words.find("] parse error ");
  if (begin == std::string_view::npos) return "at character " + std::to_string(position) + ": no JSON";
  const std::string_view rest = words.substr(begin + std::string_view("] parse error ").size());
  return std::string(rest.substr(0, rest.find("; last read: ")));
}

bool is_integer(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

}  // namespace

bool JsonBuilder::number_float(double value, const std::string& text) {
  return is_integer(text) ? add(big_integer(text)) : add(value);
}

bool JsonBuilder::number_float(long double, const std::string& text) {
  if (is_integer(text)) return add(big_integer(text));
  const double value = std::strtod(text.c_str(), nullptr);
  return std::isfinite(value) ? add(value) : fail("a number is too large", Failure::large_number);
}

bool JsonBuilder::key(std::string_view name) {
  if (items_ && open_.size() == 1 && name == items_->list) ++members_seen_;
  if (depth_left_out_ == 0 && !only_reads()) keys_.emplace_back(name);
  return true;
}

bool JsonBuilder::start_array(std::size_t) {
  if (items_ && items_depth_ == 0 && begins_items()) items_depth_ = open_.size() + 1;
  return open();
}

bool JsonBuilder::end_array() {
  if (depth_left_out_ > 0) return --depth_left_out_, true;
  if (open_.size() == items_depth_) items_depth_ = 0;
  const std::size_t first = close();
  if (only_reads()) return add(nullptr);
  const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(first);
  Json list = Json::array_t(std::make_move_iterator(begin), std::make_move_iterator(values_.end()));
  values_.erase(begin, values_.end());
  return add(std::move(list));
}

bool JsonBuilder::end_object() {
  if (depth_left_out_ > 0) return --depth_left_out_, true;
  const std::size_t begin = close();
  if (only_reads()) return add(nullptr);
  const std::size_t count = values_.size() - begin;
  std::string* keys = keys_.data() + (keys_.size() - count);
  const bool twins = has_twins(keys, count);
  Json object = Json::object();
  JsonMembers& members = members_of(object);
  members.reserve(count);
  for (std::size_t i = 0; i < count; ++i) members.emplace_back(std::move(keys[i]), std::move(values_[begin + i]));
  if (twins) merge_twins(members);
  keys_.resize(keys_.size() - count);
  values_.erase(values_.begin() + static_cast<std::ptrdiff_t>(begin), values_.end());
  return add(std::move(object));
}

bool JsonBuilder::parse_error(std::size_t position, const std::string& token,
                              const nlohmann::detail::exception& error) {
  failure_ = Failure::syntax;
  if (error.id == 406) failure_ = is_integer(token) ? Failure::long_integer : Failure::large_number;
  if (std::string_view(error.what()).find("surrogate U+") != std::string_view::npos) {
    failure_ = Failure::lone_surrogate;
  }
  return fail(problem_with(error, position));
}

/// Whether the list that begins here is the one whose items are handed over.
bool JsonBuilder::begins_items() const {
  if (items_->list.empty()) return open_.empty();
  return open_.size() == 1 && members_seen_ >= items_->members && keys_.size() == values_.size() + 1 &&
         keys_.back() == items_->list;
}

bool JsonBuilder::open() {
  if (depth_left_out_ > 0) return ++depth_left_out_, true;
  if (open_.size() == depth_limit) {
    if (!bounds_.leave_depths_out) {
      return fail("nested deeper than " + std::to_string(depth_limit) + " levels", Failure::out_of_bounds);
    }
    add(nullptr);
    depth_left_out_ = 1;
    return true;
  }
  open_.push_back(values_.size());
  return true;
}

std::size_t JsonBuilder::close() {
  const std::size_t begin = open_.back();
  open_.pop_back();
  return begin;
}

bool JsonBuilder::fail(std::string why, Failure failure) {
  error_ = std::move(why);
  if (failure_ == Failure::none) failure_ = failure;
  return false;
}

bool JsonBuilder::fail_for_number() {
  return fail("it holds more than " + std::to_string(bounds_.max_values) + " values", Failure::out_of_bounds);
}

std::pair<Json&, bool> ObjectBuilder::try_emplace(std::string_view key) {
  JsonMembers& members = members_of(object_);
  if (members.size() <= search_limit) {
    const auto known =
        std::find_if(members.begin(), members.end(), [&](const JsonMember& member) { return member.first == key; });
    if (known != members.end()) return {known->second, false};
    return {members.emplace_back(key, nullptr).second, true};
  }
  if (places_.empty()) {
    for (std::size_t i = 0; i < members.size(); ++i) places_.emplace(members[i].first, i);
  }
  const auto [place, is_new] = places_.try_emplace(std::string(key), members.size());
  if (!is_new) return {members[place->second].second, false};
  return {members.emplace_back(key, nullptr).second, true};
}

Json ObjectBuilder::take() {
  places_.clear();
  return std::exchange(object_, Json::object());
}

}  // namespace connector
