#include "sccm/odbc.h"

#include <fmt/format.h>
#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>
#include <unistr.h>

#include <algorithm>
#include <array>

namespace connector::odbc {

namespace {

static_assert(sizeof(SQLWCHAR) == sizeof(std::uint16_t));

std::string on_one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  const auto two_spaces = [](char a, char b) { return a == ' ' && b == ' '; };
  text.erase(std::unique(text.begin(), text.end(), two_spaces), text.end());
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace

void* attribute(std::uintptr_t number) {
  return reinterpret_cast<void*>(number);  // NOLINT(performance-no-int-to-ptr)
}

void append_utf8(std::string& text, std::span<const std::uint16_t> units) {
  const std::size_t before = text.size();
  text.resize(before + units.size());
  char* out = text.data() + before;
  std::size_t ascii = 0;
  for (; ascii < units.size() && units[ascii] < 0x80; ++ascii) out[ascii] = static_cast<char>(units[ascii]);
  if (ascii == units.size()) return;
  text.resize(before + ascii);
  for (units = units.subspan(ascii); !units.empty();) {
    ucs4_t character = 0;
    units = units.subspan(static_cast<std::size_t>(u16_mbtouc(&character, units.data(), units.size())));
    std::array<std::uint8_t, 4> bytes{};
    text.append(bytes.begin(), bytes.begin() + u8_uctomb(bytes.data(), character, bytes.size()));
  }
}

std::string utf8(std::span<const std::uint16_t> units) {
  std::string text;
  append_utf8(text, units);
  return text;
}

Utf16 utf16(std::string_view text) {
  std::vector<std::uint8_t> bytes(text.begin(), text.end());
  Utf16 units;
  for (std::span<const std::uint8_t> rest = bytes; !rest.empty();) {
    ucs4_t character = 0;
    rest = rest.subspan(static_cast<std::size_t>(u8_mbtouc(&character, rest.data(), rest.size())));
    std::array<std::uint16_t, 2> pair{};
    units.insert(units.end(), pair.begin(), pair.begin() + u16_uctomb(pair.data(), character, pair.size()));
  }
  return units;
}

std::span<const std::uint16_t> written(std::span<const std::uint16_t> buffer, std::int16_t length) {
  return buffer.first(std::min(static_cast<std::size_t>(length), buffer.size() - 1));
}

Diagnosis diagnosis(std::int16_t type, void* handle) {
  Diagnosis found;
  std::array<SQLWCHAR, 6> state{};
  std::array<SQLWCHAR, 2048> message{};
  SQLINTEGER native = 0;
  SQLSMALLINT length = 0;
  for (SQLSMALLINT number = 1; number <= 5; ++number) {
    const SQLRETURN result =
        SQLGetDiagRecW(type, handle, number, state.data(), &native, message.data(), message.size(), &length);
    if (!SQL_SUCCEEDED(result)) break;
    const std::string code = utf8(std::span(state).first(5));
    if (number == 1) found.state = code;
    found.text += fmt::format("{}[{}] {}", number == 1 ? "" : "; ", code, on_one_line(utf8(written(message, length))));
    found.is_error = found.is_error || !(code.starts_with("00") || code.starts_with("01"));
  }
  if (found.text.empty()) found.text = "the ODBC driver gives no reason";
  return found;
}

}  // namespace connector::odbc
