#include "text/text.h"

#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "text/utf8.h"

namespace connector {
namespace {

constexpr std::string_view ascii_spaces = " \t\n\v\f\r";

constexpr std::array<std::string_view, 19> wide_spaces = {
    "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}
/// Python counts the four separators U+001C to U+001F, too.
bool is_python_space(char c) {
  return (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= ' ');
}
char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string changed(std::string_view text, char (*change)(char)) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), change);
  return result;
}

const std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

struct Free {
  void operator()(std::uint8_t* memory) const { std::free(memory); }  // NOLINT: the library's memory comes from malloc
};
using Characters = std::unique_ptr<std::uint8_t, Free>;

std::string text_of(const Characters& characters, std::size_t length) {
  return {reinterpret_cast<const char*>(characters.get()), length};
}

using ChangeCase = decltype(&u8_tolower);

std::string with_case(std::string_view text, ChangeCase change) {
  if (!is_utf8(text)) return std::string(text);
  std::size_t length = 0;
  const Characters result(change(bytes(text), text.size(), nullptr, nullptr, nullptr, &length));
  return result ? text_of(result, length) : std::string(text);
}

constexpr std::string_view capital_sigma = "Σ";

/// Which characters the Unicode Standard (3.13) leaves out of account around a sigma. libunistring forgets the
/// apostrophe.
bool is_case_ignorable(ucs4_t character) {
  return character == U'\'' || uc_is_property_case_ignorable(character);
}

bool ends_with_letter(std::string_view text) {
  while (!text.empty()) {
    ucs4_t character = 0;
    const std::uint8_t* last = u8_prev(&character, bytes(text) + text.size(), bytes(text));
    if (!is_case_ignorable(character)) return uc_is_property_cased(character);
    text = text.substr(0, static_cast<std::size_t>(last - bytes(text)));
  }
  return false;
}

bool begins_with_letter(std::string_view text) {
  while (!text.empty()) {
    const char32_t character = take_character(text);
    if (!is_case_ignorable(character)) return uc_is_property_cased(character);
  }
  return false;
}

/// The text from `begin` on in lower case. A sigma at a word's end is another letter than elsewhere.
std::string lower_case_from(std::string_view text, std::size_t begin) {
  std::string result;
  while (true) {
    const std::size_t sigma = text.find(capital_sigma, begin);
    result += with_case(text.substr(begin, sigma - begin), &u8_tolower);
    if (sigma == std::string_view::npos) return result;
    begin = sigma + capital_sigma.size();
    const bool is_final = ends_with_letter(text.substr(0, sigma)) && !begins_with_letter(text.substr(begin));
    result += is_final ? "ς" : "σ";
  }
}

}  // namespace

bool is_space(char character) {
  return ascii_spaces.find(character) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(ascii_spaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(ascii_spaces) - first + 1);
}

std::size_t leading_space(std::string_view text) {
  if (text.empty()) return 0;
  if (is_ascii(text.front())) return is_python_space(text.front()) ? 1 : 0;
  const auto* space = std::find_if(wide_spaces.begin(), wide_spaces.end(),
                                   [&](std::string_view candidate) { return text.starts_with(candidate); });
  return space == wide_spaces.end() ? 0 : space->size();
}

std::size_t trailing_space(std::string_view text) {
  if (text.empty()) return 0;
  if (is_ascii(text.back())) return is_python_space(text.back()) ? 1 : 0;
  const auto* space = std::find_if(wide_spaces.begin(), wide_spaces.end(),
                                   [&](std::string_view candidate) { return text.ends_with(candidate); });
  return space == wide_spaces.end() ? 0 : space->size();
}

std::string_view without_blanks(std::string_view text) {
  while (const std::size_t length = leading_space(text)) text.remove_prefix(length);
  while (const std::size_t length = trailing_space(text)) text.remove_suffix(length);
  return text;
}

std::string lower_case(std::string_view text) {
  if (is_ascii(text)) return changed(text, ascii_lower);
  return is_utf8(text) ? lower_case_from(text, 0) : std::string(text);
}

std::string upper_case(std::string_view text) {
  return is_ascii(text) ? changed(text, ascii_upper) : with_case(text, &u8_toupper);
}

std::string capitalized(std::string_view text) {
  if (is_ascii(text)) {
    std::string result = changed(text, ascii_lower);
    if (!result.empty()) result.front() = ascii_upper(text.front());
    return result;
  }
  if (!is_utf8(text)) return std::string(text);
  const auto first = static_cast<std::size_t>(u8_mblen(bytes(text), text.size()));
  std::size_t title_length = 0;
  const Characters title(u8_totitle(bytes(text), first, nullptr, nullptr, nullptr, &title_length));
  return title ? text_of(title, title_length) + lower_case_from(text, first) : std::string(text);
}

std::string with_ascii_digits(std::string_view text) {
  if (is_ascii(text) || !is_utf8(text)) return std::string(text);
  std::string result;
  while (!text.empty()) {
    const char32_t character = take_character(text);
    const int digit = character < 0x80 ? -1 : uc_decimal_value(character);
    append_character(result, digit < 0 ? character : U'0' + static_cast<char32_t>(digit));
  }
  return result;
}

std::string ascii_lower_case(std::string_view text) {
  return changed(text, ascii_lower);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char one, char other) { return ascii_lower(one) == ascii_lower(other); });
}

bool looks_like_html(std::string_view text) {
  constexpr std::array<std::string_view, 6> beginnings = {"<!doctype html", "<html",  "<head",
                                                          "<body",          "<title", "<script"};
  const std::string_view start = trimmed(without_byte_order_mark(text.substr(0, 1024)));
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view beginning) {
    return equal_ignoring_case(start.substr(0, beginning.size()), beginning);
  });
}

}  // namespace connector
