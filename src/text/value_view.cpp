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

/// Copies a text of eight bytes and more, eight at a time, and says whether it needs no escaping.
bool copy_plain(std::string_view text, char* to) {
  std::uint64_t found = 0;
  std::uint64_t bytes = 0;
  const std::size_t last = text.size() - sizeof bytes;
  for (std::size_t i = 0; i < last; i += sizeof bytes) {
    std::memcpy(&bytes, text.data() + i, sizeof bytes);
    found |= special(bytes);
    std::memcpy(to + i, &bytes, sizeof bytes);
  }
  std::memcpy(&bytes, text.data() + last, sizeof bytes);
  std::memcpy(to + last, &bytes, sizeof bytes);
  return ((found | special(bytes)) & high_bits) == 0;
}

bool copy_short(std::string_view text, char* to) {
  bool is_plain = true;
  for (const char c : text) {
    is_plain = is_plain && c >= ' ' && c != '"' && c != '\\' && c != 0x7f;
    *to++ = c;
  }
  return is_plain;
}

/// Strings without anything to escape are most of what travels: they need no serializer. false: it has something.
bool append_plain(std::string_view text, TextBuilder& json) {
  char* quoted = json.room_for(text.size() + 2);
  if (quoted == nullptr) return false;
  const bool is_plain =
      text.size() < sizeof(std::uint64_t) ? copy_short(text, quoted + 1) : copy_plain(text, quoted + 1);
  quoted[0] = '"';
  quoted[text.size() + 1] = '"';
  if (is_plain) json.take(text.size() + 2);
  return is_plain;
}

template <class Number>
void append_number(TextBuilder& json, Number number) {
  std::array<char, 24> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  json.append({digits.data(), static_cast<std::size_t>(written.ptr - digits.data())});
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
  TextBuilder builder(json);
  append_to(builder);
  builder.flush();
}

void ValueView::append_to(TextBuilder& json) const {
  if (is_json_text_) {
    json.append(text_);
  } else if (json_ == nullptr) {
    if (!append_plain(text_, json)) json.append(to_text(std::string(text_)));
  } else if (json_->is_null()) {
    json.append("null");
  } else if (json_->type() == Json::value_t::number_integer) {
    append_number(json, json_->get<std::int64_t>());
  } else if (json_->type() == Json::value_t::number_unsigned) {
    append_number(json, json_->get<std::uint64_t>());
  } else {
    json.append(to_text(*json_));
  }
}

}  // namespace connector
