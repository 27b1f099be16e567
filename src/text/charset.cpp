#include "text/charset.h"

#include <algorithm>
#include <array>

#include "text/utf8.h"

namespace connector {
namespace {

/// Whether bytes are the beginning of a character of UTF-8 of which the end is missing.
bool is_cut_character(std::string_view bytes) {
  constexpr std::size_t longest = 3;
  const auto follows = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; };
  return static_cast<unsigned char>(bytes.front()) >= 0xC2U && bytes.size() <= longest &&
         std::all_of(bytes.begin() + 1, bytes.end(), follows);
}

}  // namespace

Encoding marked_encoding(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with(byte_order_mark)) return {"utf-8", byte_order_mark.size()};
  if (bytes.starts_with("\x00\x00\xFE\xFF"sv)) return {"utf-32be", 4};
  if (bytes.starts_with("\xFF\xFE\x00\x00"sv)) return {"utf-32le", 4};
  if (bytes.starts_with("\xFE\xFF"sv)) return {"utf-16be", 2};
  if (bytes.starts_with("\xFF\xFE"sv)) return {"utf-16le", 2};
  return {};
}

std::string_view charset_by_zeros(std::string_view bytes) {
  constexpr std::size_t looked_at = 1024;
  constexpr std::size_t few = 20;  // one in so many may be a stray one
  bytes = bytes.substr(0, looked_at);
  std::array<std::size_t, 4> zeros{};  // by the place within four bytes
  for (std::size_t i = 0; i < bytes.size(); ++i) zeros[i % 4] += bytes[i] == '\0';
  const std::size_t even = zeros[0] + zeros[2];
  const std::size_t odd = zeros[1] + zeros[3];
  if ((even + odd) * few < bytes.size() || even + odd == 0) return {};
  const std::size_t characters = bytes.size() / 4;
  if (characters > 0 && zeros[2] >= characters && zeros[3] >= characters) return "utf-32le";
  if (characters > 0 && zeros[0] >= characters && zeros[1] >= characters) return "utf-32be";
  if (even == 0) return "utf-16le";
  return odd == 0 ? "utf-16be" : "";
}

Encoding guessed_encoding(std::string_view bytes) {
  if (const Encoding marked = marked_encoding(bytes); marked.mark > 0) return marked;
  if (const std::string_view wide = charset_by_zeros(bytes); !wide.empty()) return {wide, 0};
  const std::string_view rest = bytes.substr(utf8_length(bytes));
  return {rest.empty() || is_cut_character(rest) ? "utf-8" : "windows-1252", 0};
}

}  // namespace connector
