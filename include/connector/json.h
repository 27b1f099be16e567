#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace connector {

/// A JSON value whose objects keep the order of their keys. Strings are UTF-8. Integers beyond 64 bits are kept digit
/// by digit, see big_integer().
using Json = nlohmann::ordered_json;

/// A string is not JSON; what() says where and why.
class JsonError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads one JSON document (RFC 8259). Of a key that occurs twice in an object the last value counts. Integers of up to
/// 4900 digits are exact. Throws JsonError for anything else than JSON in UTF-8, for NaN, infinities and numbers beyond
/// the range of double, and for values nested deeper than 500 levels. A byte order mark at the beginning is skipped;
/// half a surrogate pair ("\ud83d" alone) becomes U+FFFD.
Json parse_json(std::string_view text);

/// The same, but the items of one list are handed over one by one instead of being kept, so that memory holds the text
/// and one item. list: the member of the outermost object; empty: the document itself. Returns the document with an
/// empty list in its place. The text is read once before its first item is handed over: broken JSON hands over nothing.
Json parse_json_items(std::string_view text, std::string_view list, const std::function<void(Json)>& take);

/// The same as parse_json(), but lists and objects that are nested deeper than 500 levels are null: for a string whose
/// other parts count.
Json parse_json_without_depths(std::string_view text);

/// The JSON text of a value. indent < 0: on one line without spaces; otherwise pretty, with that many spaces for each
/// level. ascii: characters outside ASCII as \uXXXX. Bytes that are no UTF-8 become U+FFFD, NaN and infinities null.
std::string to_text(const Json& value, int indent = -1, bool ascii = false);

/// An integer of more than 64 bits, as parse_json() makes it. digits: an optional '-' and decimal digits.
Json big_integer(std::string_view digits);

/// The digits of such an integer, nothing for any other value.
std::optional<std::string_view> big_integer_digits(const Json& value);

/// null, false, 0, "", [] and {}: what mappings and converters call empty.
bool is_empty(const Json& value);

/// Looks up a dotted name: "site.name", "disks.0.size". A head (the text before the first dot) that is a key of an
/// object, or a position in a list, is followed whatever comes of it; otherwise the whole name is taken as one key.
/// What is not there is null. The reference lives as long as `value`, or for ever when it is null.
const Json& at(const Json& value, std::string_view name);

/// Whether such a name leads to something, if only to null. What it would find below something empty, or further on in
/// a list, is taken to be there.
bool has(const Json& value, std::string_view name);

/// Appends a member without looking for the key: for tables whose keys are known to differ.
inline void append_member(Json& object, std::string key, Json value) {
  using Members = std::vector<std::pair<const std::string, Json>>;
  static_cast<Members&>(object.get_ref<Json::object_t&>()).emplace_back(std::move(key), std::move(value));
}

/// Makes an object of members that come one by one, however many there are: looking for a key takes the same time.
class ObjectBuilder {
 public:
  /// The value under that key, and whether it is new, then null. The reference holds until the next call.
  std::pair<Json&, bool> try_emplace(std::string_view key);
  Json& operator[](std::string_view key) { return try_emplace(key).first; }

  /// The object, the members in the order in which they came. Nothing is left.
  Json take();

 private:
  Json object_ = Json::object();
  std::unordered_map<std::string, std::size_t> places_;  ///< once there are many
};

}  // namespace connector
