#include "text/text.h"

#include <unicase.h>
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

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_ascii(c); });
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
  return is_ascii(text) ? changed(text, ascii_lower) : with_case(text, &u8_tolower);
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
  // Whether a sigma is a final one depends on the letters before it, the first one too.
  std::size_t rest_length = 0;
  const Characters rest(u8_ct_tolower(bytes(text) + first, text.size() - first,
                                      u8_casing_prefix_context(bytes(text), first), unicase_empty_suffix_context,
                                      nullptr, nullptr, nullptr, &rest_length));
  if (!title || !rest) return std::string(text);
  return text_of(title, title_length) + text_of(rest, rest_length);
}

std::string ascii_lower_case(std::string_view text) {
  return changed(text, ascii_lower);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char one, char other) { return ascii_lower(one) == ascii_lower(other); });
}

}  // namespace connector
