#include "json/text.h"

#include <unistr.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "connector/json.h"

namespace connector {

namespace {

struct Encoding {
  std::size_t unit;  ///< bytes
  bool big_endian;
  std::size_t mark;  ///< bytes of the byte order mark
};

Encoding encoding_of(std::string_view text) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xEF\xBB\xBF"sv)) return {1, false, 3};
  if (text.starts_with("\x00\x00\xFE\xFF"sv)) return {4, true, 4};
  if (text.starts_with("\xFF\xFE\x00\x00"sv)) return {4, false, 4};
  if (text.starts_with("\xFE\xFF"sv)) return {2, true, 2};
  if (text.starts_with("\xFF\xFE"sv)) return {2, false, 2};
  // JSON begins with an ASCII character, and an object or list of one character is none: two zero-free bytes are UTF-8.
  const auto zero = [text](std::size_t i) { return i < text.size() && text[i] == '\0'; };
  if (zero(0)) return zero(1) ? Encoding{4, true, 0} : Encoding{2, true, 0};
  if (zero(1)) return zero(2) && zero(3) ? Encoding{4, false, 0} : Encoding{2, false, 0};
  return {1, false, 0};
}

/// Converts units of the machine's byte order by libunistring's function for them.
template <class Unit>
std::string to_utf8(std::string_view bytes, bool big_endian,
                    std::uint8_t* (*convert)(const Unit*, std::size_t, std::uint8_t*, std::size_t*)) {
  if (bytes.size() % sizeof(Unit) != 0)
    throw JsonError("the text ends within a character of UTF-" + std::to_string(8 * sizeof(Unit)));
  std::vector<Unit> units(bytes.size() / sizeof(Unit));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t place = big_endian ? sizeof(Unit) - 1 - i % sizeof(Unit) : i % sizeof(Unit);
    Unit& unit = units[i / sizeof(Unit)];
    unit = static_cast<Unit>(unit | static_cast<Unit>(static_cast<std::uint8_t>(bytes[i])) << 8 * place);
  }
  if (units.empty()) return {};
  std::size_t size = 0;
  const std::unique_ptr<std::uint8_t, void (*)(void*)> text(convert(units.data(), units.size(), nullptr, &size),
                                                            std::free);
  if (!text) throw JsonError("the text is not UTF-" + std::to_string(8 * sizeof(Unit)));
  return {reinterpret_cast<const char*>(text.get()), size};
}

}  // namespace

std::string json_text(std::string bytes) {
  const Encoding encoding = encoding_of(bytes);
  const std::string_view text = std::string_view(bytes).substr(encoding.mark);
  if (encoding.unit == 4) return to_utf8<std::uint32_t>(text, encoding.big_endian, u32_to_u8);
  if (encoding.unit == 2) return to_utf8<std::uint16_t>(text, encoding.big_endian, u16_to_u8);
  bytes.erase(0, encoding.mark);
  return bytes;
}

}  // namespace connector
