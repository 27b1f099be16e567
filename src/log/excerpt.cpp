#include <unistr.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "connector/log.h"

namespace connector {
namespace {

constexpr int max_characters = 500;

}  // namespace

std::string excerpt(std::string_view text) {
  std::string shown;
  const auto* next = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto* const end = next + text.size();
  for (int count = 0; next != end && count < max_characters; ++count) {
    ucs4_t character = 0;
    next += u8_mbtouc(&character, next, static_cast<std::size_t>(end - next));  // U+FFFD for what is no UTF-8
    if (character < 0x20 || (character >= 0x7f && character < 0xa0)) character = ' ';
    std::array<std::uint8_t, 6> bytes{};
    const int length = u8_uctomb(bytes.data(), character, bytes.size());
    shown.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(std::max(length, 0)));
  }
  return shown;
}

std::string excerpt(std::string_view text, const Log& log) {
  return excerpt(log.redact(std::string(text.substr(0, std::size_t{64} << 10))));
}

}  // namespace connector
