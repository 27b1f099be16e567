#include "text/decode.h"

#include <uniconv.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>

#include "text/bounded_json.h"
#include "text/text.h"
#include "text/utf8.h"
#include "text/xml.h"

namespace connector {
namespace {

/// Nothing when the charset is not known.
std::optional<std::string> converted(std::string_view text, const std::string& charset) {
  std::size_t length = 0;
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> bytes(
      u8_conv_from_encoding(charset.c_str(), iconveh_question_mark, text.data(), text.size(), nullptr, nullptr,
                            &length),
      std::free);
  if (!bytes) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes.get()), length);
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

std::string decoded_text(std::string_view bytes, const std::string& charset) {
  std::string text;
  if (!charset.empty() && charset != "utf-8" && charset != "utf8") {
    if (auto known = converted(bytes, charset)) text = *std::move(known);
  }
  if (text.empty()) text = is_utf8(bytes) ? std::string(bytes) : repaired_utf8(bytes);
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  return text;
}

Json decoded_body(std::string_view body, const std::optional<std::string>& content_type, std::size_t max_values) {
  std::string text = decoded_text(body, charset_of(content_type.value_or("")));
  try {
    return parse_bounded_json(text, max_values);
  } catch (const JsonError&) {  // then it is XML or text
  }
  if (auto document = read_xml(text, max_values)) return *std::move(document);
  return text;
}

}  // namespace connector
