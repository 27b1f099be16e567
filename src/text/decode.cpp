#include "text/decode.h"

#include <algorithm>
#include <utility>

#include "text/charset.h"
#include "text/lenient_json.h"
#include "text/text.h"
#include "text/transcoder.h"
#include "text/utf8.h"
#include "text/xml.h"

namespace connector {
namespace {

constexpr std::string_view replacement = "\uFFFD";

bool is_utf8_name(std::string_view charset) {
  return charset == "utf-8" || charset == "utf8";
}

/// What an XML declaration calls the encoding, in lower case; empty without one.
std::string declared_charset(std::string_view text) {
  constexpr std::string_view name = "encoding";
  if (!text.starts_with("<?xml")) return {};
  const std::string_view declaration = text.substr(0, text.find("?>"));
  const std::size_t place = declaration.find(name);
  if (place == std::string_view::npos) return {};
  std::string_view value = declaration.substr(place + name.size());
  const std::size_t begin = value.find_first_of("'\"");
  if (begin == std::string_view::npos) return {};
  const char quote = value[begin];
  value.remove_prefix(begin + 1);
  return ascii_lower_case(value.substr(0, value.find(quote)));
}

bool is_wide(std::string_view charset) {
  return charset.starts_with("utf-16") || charset.starts_with("utf-32") || charset.starts_with("ucs-");
}

/// The encoding of a text of which this charset is said; UTF-8 when nothing says another one. That it is UTF-16 is not
/// believed when it looks otherwise: programs write so into texts that others turn into UTF-8.
std::string encoding_of(std::string_view bytes, const Encoding& marked, const std::string& charset) {
  if (marked.mark > 0) return std::string(marked.charset);
  const bool is_said = is_utf8_name(charset) || is_charset(charset);
  if (is_said && !is_utf8_name(charset) && !is_wide(charset)) return charset;
  if (const std::string_view wide = charset_by_zeros(bytes); !wide.empty()) return std::string(wide);
  if (is_said) return is_wide(charset) && !is_utf8(bytes) ? charset : "utf-8";
  const std::string declared = declared_charset(bytes);
  return is_charset(declared) && !is_wide(declared) ? declared : "utf-8";
}

}  // namespace

std::string charset_of(std::string_view content_type) {
  const std::string text = lower_case(content_type);
  const std::size_t place = text.find("charset=");
  if (place == std::string::npos) return {};
  std::string_view value = std::string_view(text).substr(place + 8);
  value = trimmed(value.substr(0, value.find(';')));
  if (value.size() > 1 && (value.front() == '"' || value.front() == '\'')) value = value.substr(1, value.size() - 2);
  return std::string(value);
}

DecodedText::DecodedText(std::string_view bytes, const std::string& charset) {
  const Encoding marked = marked_encoding(bytes);
  const std::string encoding = encoding_of(bytes, marked, charset);
  bytes.remove_prefix(marked.mark);
  text_ = bytes;
  if (!is_utf8_name(encoding)) {
    Transcoder transcoder(encoding, replacement);
    own_ = transcoder.take(bytes);
    own_ += transcoder.finish();
    has_replaced_ = transcoder.has_replaced();
    text_ = without_byte_order_mark(own_);
  } else if (!is_utf8(bytes)) {
    has_replaced_ = true;
    text_ = own_ = repaired_utf8(bytes);
  }
}

void Mended::tell(const std::function<void(const std::string&)>& warn) const {
  if (!warn) return;
  if (bytes) warn("the response holds bytes that are not text in its charset; they became U+FFFD");
  if (numbers) warn("the response holds NaN, infinities or numbers that are too large; they became null");
}

DecodedBody decoded_body(std::string_view body, const std::optional<std::string>& content_type,
                         std::size_t max_values) {
  const DecodedText decoded(body, charset_of(content_type.value_or("")));
  DecodedBody result{.value = {}, .mended = {.bytes = decoded.has_replaced()}};
  try {
    bool has_mended = false;
    result.value = parse_lenient_json(decoded.text(), has_mended, max_values);
    result.mended.numbers = has_mended;
    return result;
  } catch (const JsonError&) {  // then it is XML or text
  }
  std::string text(decoded.text());
  std::optional<Json> document = read_xml(text, max_values);
  result.value = document ? *std::move(document) : Json(std::move(text));
  return result;
}

}  // namespace connector
