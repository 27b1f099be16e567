#include "text/json_repair.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace connector {
namespace {

bool is_non_number(std::string_view word) {
  if (word == "NaN" || word == "Infinity" || word == "-Infinity") return true;
  const bool is_number = word.front() == '-' || (word.front() >= '0' && word.front() <= '9');
  if (!is_number || word.find_first_of(".eE") == std::string_view::npos) return false;
  const std::string number(word);
  char* end = nullptr;
  return std::isinf(std::strtod(number.c_str(), &end)) && *end == '\0';
}

std::optional<unsigned> unicode_escape(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  unsigned unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  if (error != std::errc() || end != text.data() + 6) return std::nullopt;
  return unit;
}

}  // namespace

std::string without_lone_surrogates(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      result += text[i++];
      continue;
    }
    const std::optional<unsigned> unit = unicode_escape(text.substr(i));
    std::size_t length = unit ? 6 : std::min<std::size_t>(2, text.size() - i);
    bool lone = unit && *unit >= 0xD800 && *unit <= 0xDFFF;
    if (lone && *unit < 0xDC00) {
      const std::optional<unsigned> next = unicode_escape(text.substr(i + 6));
      lone = !next || *next < 0xDC00 || *next > 0xDFFF;
      if (!lone) length = 12;
    }
    result += lone ? std::string_view("\\ufffd") : text.substr(i, length);
    i += length;
  }
  return result;
}

std::string without_non_numbers(std::string_view text) {
  constexpr std::string_view parts = "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    if (text[i] == '"') {
      while (i + length < text.size() && text[i + length] != '"') length += text[i + length] == '\\' ? 2 : 1;
      length = std::min(length + 1, text.size() - i);
    } else if (parts.find(text[i]) != std::string_view::npos) {
      length = std::min(text.find_first_not_of(parts, i), text.size()) - i;
    }
    const std::string_view word = text.substr(i, length);
    result += is_non_number(word) ? "null" : word;
    i += length;
  }
  return result;
}

}  // namespace connector
