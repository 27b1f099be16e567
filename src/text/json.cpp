#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "connector/error.h"
#include "text/json_repair.h"
#include "text/lenient_json.h"

namespace connector {
namespace {

using Member = std::pair<const std::string, Json>;
using Members = std::vector<Member>;

constexpr std::size_t depth_limit = 500;
constexpr std::size_t search_limit = 24;  // up to so many keys comparing them all is quicker than hashing them
constexpr std::uint64_t big_integer_kind = 0x1b16;

Members& members_of(Json& object) {
  return object.get_ref<Json::object_t&>();
}
const Members& members_of(const Json& object) {
  return object.get_ref<const Json::object_t&>();
}

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
void merge_twins(Members& members) {
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<std::pair<std::size_t, std::size_t>> kept;  // where a key stands first, where it stands last
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(members[i].first, kept.size());
    if (is_new) kept.emplace_back(i, i);
    kept[place->second].second = i;
  }
  Members merged;
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

struct Bounds {
  bool leave_depths_out = false;
  std::size_t max_values = std::numeric_limits<std::size_t>::max();
  bool too_much_is_a_source_error = false;
  bool* mended_numbers = nullptr;  ///< when given, numbers that JSON does not have are null, which is noted there
};

/// A list whose items are handed over instead of kept.
struct ItemsOf {
  std::string_view list;                ///< the member of the outermost object; empty: the document itself
  std::function<void(Json)> take = {};  ///< none: they are only read
  std::size_t members = 1;              ///< how many members have that name; the last one counts
};

/// Builds the value from the parser's events. What is complete waits on two stacks until its list or object ends, so
/// every list and object is made once and in its final size.
class Builder {
 public:
  enum class Failure { none, syntax, long_integer, large_number, lone_surrogate, out_of_bounds };

  explicit Builder(const Bounds& bounds, const ItemsOf* items = nullptr) : bounds_(bounds), items_(items) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string& text) {
    return is_integer(text) ? add(big_integer(text)) : add(value);
  }
  bool number_float(long double, const std::string& text) {
    if (is_integer(text)) return add(big_integer(text));
    const double value = std::strtod(text.c_str(), nullptr);
    return std::isfinite(value) ? add(value) : fail("a number is too large", Failure::large_number);
  }
  bool string(const std::string& text) { return add(text); }
  bool binary(const Json::binary_t&) { return fail("binary data"); }

  bool start_object(std::size_t) { return open(); }
  bool start_array(std::size_t) {
    if (items_ && items_depth_ == 0 && begins_items()) items_depth_ = open_.size() + 1;
    return open();
  }
  bool key(const std::string& name) {
    if (items_ && open_.size() == 1 && name == items_->list) ++members_seen_;
    if (depth_left_out_ == 0 && !only_reads()) keys_.push_back(name);
    return true;
  }

  bool end_array() {
    if (depth_left_out_ > 0) return --depth_left_out_, true;
    if (open_.size() == items_depth_) items_depth_ = 0;
    const std::size_t first = close();
    if (only_reads()) return add(nullptr);
    const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(first);
    Json list = Json::array_t(std::make_move_iterator(begin), std::make_move_iterator(values_.end()));
    values_.erase(begin, values_.end());
    return add(std::move(list));
  }

  bool end_object() {
    if (depth_left_out_ > 0) return --depth_left_out_, true;
    const std::size_t begin = close();
    if (only_reads()) return add(nullptr);
    const std::size_t count = values_.size() - begin;
    std::string* keys = keys_.data() + (keys_.size() - count);
    const bool twins = has_twins(keys, count);
    Json object = Json::object();
    Members& members = members_of(object);
    members.reserve(count);
    for (std::size_t i = 0; i < count; ++i) members.emplace_back(std::move(keys[i]), std::move(values_[begin + i]));
    if (twins) merge_twins(members);
    keys_.resize(keys_.size() - count);
    values_.erase(values_.begin() + static_cast<std::ptrdiff_t>(begin), values_.end());
    return add(std::move(object));
  }

  bool parse_error(std::size_t position, const std::string& token, const nlohmann::detail::exception& error) {
    failure_ = Failure::syntax;
    if (error.id == 406) failure_ = is_integer(token) ? Failure::long_integer : Failure::large_number;
    if (std::string_view(error.what()).find("surrogate U+") != std::string_view::npos) {
      failure_ = Failure::lone_surrogate;
    }
    return fail(problem_with(error, position));
  }

  Json take() { return std::move(values_.front()); }
  std::size_t members_seen() const { return members_seen_; }
  Failure failure() const { return failure_; }
  const std::string& error() const { return error_; }

 private:
  static bool is_integer(std::string_view number) { return number.find_first_of(".eE") == std::string_view::npos; }

  template <class Value>
  bool add(Value&& value) {
    if (depth_left_out_ > 0) return true;
    if (only_reads()) return true;
    if (++count_ > bounds_.max_values) {
      return fail("it holds more than " + std::to_string(bounds_.max_values) + " values", Failure::out_of_bounds);
    }
    if (items_ && items_depth_ != 0 && open_.size() == items_depth_) {
      count_ = 0;
      items_->take(std::forward<Value>(value));
    } else {
      values_.emplace_back(std::forward<Value>(value));
    }
    return true;
  }

  bool only_reads() const { return items_ && items_depth_ != 0 && !items_->take; }

  /// Whether the list that begins here is the one whose items are handed over.
  bool begins_items() const {
    if (items_->list.empty()) return open_.empty();
    return open_.size() == 1 && members_seen_ >= items_->members && keys_.size() == values_.size() + 1 &&
           keys_.back() == items_->list;
  }

  bool open() {
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

  std::size_t close() {
    const std::size_t begin = open_.back();
    open_.pop_back();
    return begin;
  }

  bool fail(std::string why, Failure failure = Failure::syntax) {
    error_ = std::move(why);
    if (failure_ == Failure::none) failure_ = failure;
    return false;
  }

  Bounds bounds_;
  const ItemsOf* items_;
  std::size_t items_depth_ = 0;   ///< how many lists and objects are open where such items are; 0: none is
  std::size_t members_seen_ = 0;  ///< of the name of the list with such items
  std::size_t count_ = 0;
  std::size_t depth_left_out_ = 0;
  std::vector<Json> values_;
  std::vector<std::string> keys_;
  std::vector<std::size_t> open_;  // where the values of each open list or object begin
  Failure failure_ = Failure::none;
  std::string error_;
};

/// The parser with a wider number: reads integers of more than 308 digits, which are infinite as a double.
using WideJson = nlohmann::basic_json<nlohmann::ordered_map, std::vector, std::string, bool, std::int64_t,
                                      std::uint64_t, long double>;

template <class Parser>
bool run(std::string_view text, Builder& builder) {
  return Parser::sax_parse(text.data(), text.data() + text.size(), &builder);
}

bool holds_binary(const Json& value) {
  if (value.is_binary()) return true;
  if (value.is_array()) return std::any_of(value.begin(), value.end(), holds_binary);
  if (!value.is_object()) return false;
  const Members& members = members_of(value);
  return std::any_of(members.begin(), members.end(), [](const Member& m) { return holds_binary(m.second); });
}

/// Writes lists and objects itself, since the library has no word for a number of its own, and leaves the rest to it.
class Writer {
 public:
  Writer(int indent, bool ascii) : indent_(indent), ascii_(ascii) {}

  std::string text;

  void write(const Json& value, int level = 0) {
    if (const auto digits = big_integer_digits(value)) {
      text += *digits;
    } else if (value.is_binary()) {
      text += "null";
    } else if (value.is_array() && !value.empty()) {
      text += '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        line(i > 0, level + 1);
        write(value[i], level + 1);
      }
      line(false, level);
      text += ']';
    } else if (value.is_object() && !value.empty()) {
      text += '{';
      for (const Member& member : members_of(value)) {
        line(&member != members_of(value).data(), level + 1);
        text += scalar(member.first);
        text += indent_ < 0 ? ":" : ": ";
        write(member.second, level + 1);
      }
      line(false, level);
      text += '}';
    } else {
      text += scalar(value);
    }
  }

 private:
  std::string scalar(const Json& value) const { return value.dump(-1, ' ', ascii_, Json::error_handler_t::replace); }

  void line(bool comma, int level) {
    if (comma) text += ',';
    if (indent_ < 0) return;
    text += '\n';
    text.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(level), ' ');
  }

  int indent_;
  bool ascii_;
};

}  // namespace

std::pair<Json&, bool> ObjectBuilder::try_emplace(std::string_view key) {
  Members& members = members_of(object_);
  if (members.size() <= search_limit) {
    const auto known =
        std::find_if(members.begin(), members.end(), [&](const Member& member) { return member.first == key; });
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

namespace {

/// A word that is not JSON is a syntax error for the parser.
bool is_about_numbers(Builder::Failure failure) {
  return failure == Builder::Failure::syntax || failure == Builder::Failure::large_number;
}

bool run(std::string_view text, Builder& builder, bool wide) {
  return wide ? run<WideJson>(text, builder) : run<Json>(text, builder);
}

Json parse(std::string_view text, const Bounds& bounds = {}, ItemsOf* items = nullptr) {
  // The library takes a zero byte for the end of the text, whatever follows.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    throw JsonError("at character " + std::to_string(zero + 1) + ": a zero byte");
  }
  const ItemsOf unread{items ? items->list : ""};
  std::string repaired;
  bool wide = false;
  bool tried_surrogates = false;
  bool tried_numbers = bounds.mended_numbers == nullptr;
  for (;;) {
    Builder builder(bounds, items ? &unread : nullptr);
    if (run(text, builder, wide)) {
      if (!items) return builder.take();
      items->members = builder.members_seen();
      break;
    }
    const auto failure = builder.failure();
    if (failure == Builder::Failure::lone_surrogate && !std::exchange(tried_surrogates, true)) {
      text = repaired = without_lone_surrogates(text);
    } else if (failure == Builder::Failure::long_integer && !wide) {
      wide = true;
    } else if (is_about_numbers(failure) && !std::exchange(tried_numbers, true)) {
      std::string without = without_non_numbers(text);
      if (without == text) throw JsonError(builder.error());
      *bounds.mended_numbers = true;
      text = repaired = std::move(without);
    } else if (failure == Builder::Failure::out_of_bounds && bounds.too_much_is_a_source_error) {
      throw TooManyValues(builder.error());
    } else {
      throw JsonError(builder.error());
    }
  }
  Builder builder(bounds, items);
  if (!run(text, builder, wide)) throw TooManyValues(builder.error());  // all else was found before
  return builder.take();
}

}  // namespace

Json parse_json(std::string_view text) {
  return parse(text);
}

Json parse_json_without_depths(std::string_view text) {
  return parse(text, {.leave_depths_out = true});
}

Json parse_lenient_json(std::string_view text, bool& has_mended, std::size_t max_values) {
  const bool is_bounded = max_values < std::numeric_limits<std::size_t>::max();
  return parse(text,
               {.max_values = max_values, .too_much_is_a_source_error = is_bounded, .mended_numbers = &has_mended});
}

Json parse_lenient_json_items(std::string_view text, std::string_view list, const std::function<void(Json)>& take,
                              bool& has_mended, std::size_t max_values) {
  ItemsOf items{list, take};
  return parse(text, {.max_values = max_values, .too_much_is_a_source_error = true, .mended_numbers = &has_mended},
               &items);
}

Json parse_json_items(std::string_view text, std::string_view list, const std::function<void(Json)>& take) {
  ItemsOf items{list, take};
  return parse(text, {}, &items);
}

std::string to_text(const Json& value, int indent, bool ascii) {
  if (!holds_binary(value)) return value.dump(indent, ' ', ascii, Json::error_handler_t::replace);
  Writer writer(indent, ascii);
  writer.write(value);
  return std::move(writer.text);
}

Json big_integer(std::string_view digits) {
  return Json::binary(Json::binary_t::container_type(digits.begin(), digits.end()), big_integer_kind);
}

std::optional<std::string_view> big_integer_digits(const Json& value) {
  if (!value.is_binary()) return std::nullopt;
  const Json::binary_t& bytes = value.get_binary();
  if (!bytes.has_subtype() || bytes.subtype() != big_integer_kind) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace connector
