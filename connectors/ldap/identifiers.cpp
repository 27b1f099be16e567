#include "ldap/identifiers.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

namespace connector::ldap {

std::optional<std::string> sid_text(std::string_view bytes) {
  const auto byte = [bytes](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(bytes[i])}; };
  if (bytes.size() < 8 || bytes.size() < 8 + 4 * byte(1)) return std::nullopt;

  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < 8; ++i) authority = authority << 8 | byte(i);
  std::string text = fmt::format("S-{}-{}", byte(0), authority);
  for (std::size_t part = 8; part < 8 + 4 * byte(1); part += 4) {
    text += fmt::format("-{}", byte(part) | byte(part + 1) << 8 | byte(part + 2) << 16 | byte(part + 3) << 24);
  }
  return text;
}

std::optional<std::string> guid_text(std::string_view bytes) {
  if (bytes.size() != 16) return std::nullopt;
  constexpr int order[] = {3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15};
  std::string text;
  for (const int place : order) {
    text += place < 0 ? "-" : fmt::format("{:02x}", static_cast<unsigned char>(bytes[static_cast<std::size_t>(place)]));
  }
  return text;
}

}  // namespace connector::ldap
