#include "connector/value_view.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace connector {
namespace {

constexpr std::uint64_t ones = 0x0101010101010101;
constexpr std::uint64_t high_bits = 0x8080808080808080;

/// High bits where one of eight bytes is 0. (Bytes above it may be taken for 0, too.)
constexpr std::uint64_t zeros(std::uint64_t bytes) {
  return (bytes - ones) & ~bytes;
}

/// High bits where one of eight characters is no plain ASCII or stands behind a backslash in JSON.
constexpr std::uint64_t special(std::uint64_t bytes) {
  return bytes | (bytes - ones * ' ') | zeros(bytes ^ (ones * '"')) | zeros(bytes ^ (ones * '\\')) |
         zeros(bytes ^ (ones * 0x7f));
}

/// Strings without anything to escape are most of what travels: they need no serializer.
bool is_plain(std::string_view text) {
  std::uint64_t found = 0;
  std::uint64_t bytes = 0;
  for (; text.size() >= sizeof bytes; text.remove_prefix(sizeof bytes)) {
    std::memcpy(&bytes, text.data(), sizeof bytes);
    found |= special(bytes);
  }
  bytes = ones * ' ';
  if (!text.empty()) std::memcpy(&bytes, text.data(), text.size());
  return ((found | special(bytes)) & high_bits) == 0;
}

template <class Number>
void append_number(std::string& json, Number number) {
  std::array<char, 24> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  json.append(digits.data(), written.ptr);
}

}  // namespace

bool ValueView::is_empty() const {
  if (is_string()) return text_.empty();
  Json scratch;
  return connector::is_empty(as_json(scratch));
}

const Json& ValueView::as_json(Json& scratch) const {
  if (json_ != nullptr) return *json_;
  return scratch = is_json_text_ ? parse_json(text_) : Json(std::string(text_));
}

void ValueView::append_to(std::string& json) const {
  if (is_json_text_) {
    json += text_;
  } else if (json_ != nullptr && json_->is_null()) {
    json += "null";
  } else if (json_ != nullptr && json_->type() == Json::value_t::number_integer) {
    append_number(json, json_->get<std::int64_t>());
  } else if (json_ != nullptr && json_->type() == Json::value_t::number_unsigned) {
    append_number(json, json_->get<std::uint64_t>());
  } else if (json_ != nullptr) {
    json += to_text(*json_);
  } else if (is_plain(text_)) {
    json.append(text_.size() + 2, '"');
    if (!text_.empty()) std::memcpy(json.data() + json.size() - 1 - text_.size(), text_.data(), text_.size());
  } else {
    json += to_text(std::string(text_));
  }
}

}  // namespace connector
