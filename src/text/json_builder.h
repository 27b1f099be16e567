// The making of JSON values from the events of a parser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connector/json.h"

namespace connector {

using JsonMember = std::pair<const std::string, Json>;
using JsonMembers = std::vector<JsonMember>;

inline JsonMembers& members_of(Json& object) {
  return object.get_ref<Json::object_t&>();
}
inline const JsonMembers& members_of(const Json& object) {
  return object.get_ref<const Json::object_t&>();
}

struct JsonBounds {
  bool leave_depths_out = false;
  std::size_t max_values = std::numeric_limits<std::size_t>::max();
  bool too_much_is_a_source_error = false;
  bool* mended_numbers = nullptr;  ///< when given, numbers that JSON does not have are null, which is noted there
};

/// A list whose items are handed over instead of kept.
struct JsonItems {
  std::string_view list;                ///< the member of the outermost object; empty: the document itself
  std::function<void(Json)> take = {};  ///< none: they are only read
  std::size_t members = 1;              ///< how many members have that name; the last one counts
};

/// Builds a value from a parser's events, by the names that nlohmann's parser calls them. What is complete waits on two
/// stacks until its list or object ends, so every list and object is made once and in its final size. An event that
/// gives false ends the reading.
class JsonBuilder {
 public:
  enum class Failure { none, syntax, long_integer, large_number, lone_surrogate, out_of_bounds };

  /// items: what becomes of a list's items; must outlive the builder.
  explicit JsonBuilder(const JsonBounds& bounds, const JsonItems* items = nullptr) : bounds_(bounds), items_(items) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value) { return add(value); }
  bool number_float(double value, const std::string& text);
  bool number_float(long double value, const std::string& text);
  bool string(std::string_view text) { return add(text); }
  bool binary(const Json::binary_t&) { return fail("binary data"); }
  bool key(std::string_view name);
  bool start_object(std::size_t) { return open(); }
  bool end_object();
  bool start_array(std::size_t);
  bool end_array();
  bool parse_error(std::size_t position, const std::string& token, const nlohmann::detail::exception& error);

  Json take() { return std::move(values_.front()); }
  /// How many members of the outermost object had the name of the list whose items are handed over.
  std::size_t members_seen() const { return members_seen_; }
  Failure failure() const { return failure_; }
  const std::string& error() const { return error_; }

 private:
  template <class Value>
  bool add(Value&& value) {
    if (depth_left_out_ > 0) return true;
    if (only_reads()) return true;
    if (++count_ > bounds_.max_values) return fail_for_number();
    if (items_ && items_depth_ != 0 && open_.size() == items_depth_) {
      count_ = 0;
      items_->take(std::forward<Value>(value));
    } else {
      values_.emplace_back(std::forward<Value>(value));
    }
    return true;
  }

  bool only_reads() const { return items_ && items_depth_ != 0 && !items_->take; }
  bool begins_items() const;
  bool open();
  std::size_t close();
  bool fail(std::string why, Failure failure = Failure::syntax);
  bool fail_for_number();

  JsonBounds bounds_;
  const JsonItems* items_;
  std::size_t items_depth_ = 0;   ///< how many lists and objects are open where such items are; 0: none is
  std::size_t members_seen_ = 0;  ///< of the name of the list with such items
  std::size_t count_ = 0;
  std::size_t depth_left_out_ = 0;
  std::vector<Json> values_;
  std::vector<std::string> keys_;
  std::vector<std::size_t> open_;  ///< where the values of each open list or object begin
  Failure failure_ = Failure::none;
  std::string error_;
};

}  // namespace connector
