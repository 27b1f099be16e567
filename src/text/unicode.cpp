#include "text/unicode.h"

#include <unicase.h>
#include <unistr.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace connector {
namespace {

constexpr std::array<std::string_view, 19> wide_spaces = {
    "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}
bool is_ascii_space(char c) {
  return (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= ' ');
}
char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
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

}  // namespace

std::size_t leading_space(std::string_view text) {
  if (text.empty()) return 0;
  if (is_ascii(text.front())) return is_ascii_space(text.front()) ? 1 : 0;
  const auto* space = std::find_if(wide_spaces.begin(), wide_spaces.end(),
                                   [&](std::string_view candidate) { return text.starts_with(candidate); });
  return space == wide_spaces.end() ? 0 : space->size();
}

std::size_t trailing_space(std::string_view text) {
  if (text.empty()) return 0;
  if (is_ascii(text.back())) return is_ascii_space(text.back()) ? 1 : 0;
  const auto* space = std::find_if(wide_spaces.begin(), wide_spaces.end(),
                                   [&](std::string_view candidate) { return text.ends_with(candidate); });
  return space == wide_spaces.end() ? 0 : space->size();
}

std::string_view without_blanks(std::string_view text) {
  while (const std::size_t length = leading_space(text)) text.remove_prefix(length);
  while (const std::size_t length = trailing_space(text)) text.remove_suffix(length);
  return text;
}

std::string capitalized(const std::string& text) {
  if (std::all_of(text.begin(), text.end(), is_ascii)) {
    std::string result(text.size(), '\0');
    std::transform(text.begin(), text.end(), result.begin(), ascii_lower);
    if (!result.empty()) result.front() = ascii_upper(text.front());
    return result;
  }
  if (u8_check(bytes(text), text.size())) return text;
  const auto first = static_cast<std::size_t>(u8_mblen(bytes(text), text.size()));
  std::size_t title_length = 0;
  const Characters title(u8_totitle(bytes(text), first, nullptr, nullptr, nullptr, &title_length));
  // Whether a sigma is a final one depends on the letters before it, the first one too.
  std::size_t rest_length = 0;
  const Characters rest(u8_ct_tolower(bytes(text) + first, text.size() - first,
                                      u8_casing_prefix_context(bytes(text), first), unicase_empty_suffix_context,
                                      nullptr, nullptr, nullptr, &rest_length));
  if (!title || !rest) return text;
  return text_of(title, title_length) + text_of(rest, rest_length);
}

std::string lower_case(const std::string& text) {
  if (std::all_of(text.begin(), text.end(), is_ascii)) {
    std::string result(text.size(), '\0');
    std::transform(text.begin(), text.end(), result.begin(), ascii_lower);
    return result;
  }
  std::size_t length = 0;
  const Characters lower(u8_tolower(bytes(text), text.size(), nullptr, nullptr, nullptr, &length));
  return lower ? text_of(lower, length) : text;
}

}  // namespace connector
