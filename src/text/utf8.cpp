#include "text/utf8.h"

#include <unistr.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace connector {
namespace {

const std::uint8_t* octets(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

}  // namespace

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with(byte_order_mark) ? text.substr(byte_order_mark.size()) : text;
}

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::uint64_t seen = 0;
  for (; text.size() >= sizeof seen; text.remove_prefix(sizeof seen)) {
    std::uint64_t characters = 0;
    std::memcpy(&characters, text.data(), sizeof characters);
    seen |= characters;
  }
  std::uint64_t rest = 0;
  if (!text.empty()) std::memcpy(&rest, text.data(), text.size());
  return ((seen | rest) & high_bits) == 0;
}

bool is_utf8(std::string_view text) {
  return is_ascii(text) || u8_check(octets(text), text.size()) == nullptr;
}

std::size_t utf8_length(std::string_view text) {
  const std::uint8_t* wrong = u8_check(octets(text), text.size());
  return wrong == nullptr ? text.size() : static_cast<std::size_t>(wrong - octets(text));
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (begins_character(text[end]) && count-- == 0) break;
  }
  return text.substr(0, end);
}

char32_t take_character(std::string_view& text) {
  ucs4_t character = 0;
  text.remove_prefix(static_cast<std::size_t>(u8_mbtouc(&character, octets(text), text.size())));
  return character;
}

void append_character(std::string& text, char32_t character) {
  std::array<std::uint8_t, 6> encoded{};
  const int length = u8_uctomb(encoded.data(), character, encoded.size());
  if (length > 0) text.append(reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length));
}

std::string repaired_utf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  while (!text.empty()) append_character(repaired, take_character(text));
  return repaired;
}

}  // namespace connector
