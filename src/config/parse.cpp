// From the text of a setting to the type of its member.
#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "config/settings.h"
#include "text/text.h"

namespace connector {

std::optional<bool> parse_boolean(std::string_view text) {
  static constexpr std::array<std::string_view, 6> true_words = {"true", "yes", "y", "on", "t", "1"};
  static constexpr std::array<std::string_view, 6> false_words = {"false", "no", "n", "off", "f", "0"};
  const std::string word = lower_case(trimmed(text));
  if (std::find(true_words.begin(), true_words.end(), word) != true_words.end()) return true;
  if (std::find(false_words.begin(), false_words.end(), word) != false_words.end()) return false;
  return std::nullopt;
}

void parse_setting(const std::string& text, std::string& value) {
  value = text;
}

void parse_setting(const std::string& text, Secret& value) {
  value.value = text;
}

void parse_setting(const std::string& text, Url& value) {
  const std::size_t last = text.find_last_not_of('/');
  value.value = last == std::string::npos ? std::string() : text.substr(0, last + 1);
}

void parse_setting(const std::string& text, bool& value) {
  const std::optional<bool> parsed = parse_boolean(text);
  if (!parsed) throw std::invalid_argument("must be true or false");
  value = *parsed;
}

void parse_setting(const std::string& text, int& value) {
  std::string_view digits = trimmed(text);
  if (digits.size() > 1 && digits.front() == '+' && digits[1] != '-') digits.remove_prefix(1);
  int parsed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed);
  if (error == std::errc::result_out_of_range) throw std::invalid_argument("is a number out of range");
  if (error != std::errc() || end != digits.data() + digits.size())
    throw std::invalid_argument("must be a whole number");
  value = parsed;
}

void parse_setting(const std::string& text, Json& value) {
  if (trimmed(text).empty()) {
    value = nullptr;
    return;
  }
  try {
    value = parse_json(text);
  } catch (const JsonError&) {  // its message may quote the text, which may hold secrets
    throw std::invalid_argument("must be JSON, such as {\"name\": \"value\"} or [\"one\", \"two\"]");
  }
}

void parse_setting(const std::string& text, std::vector<std::string>& value) {
  value.clear();
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view name = trimmed(rest.substr(0, comma));
    if (!name.empty()) value.emplace_back(name);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
}

void parse_setting(const std::string& text, HostList& value) {
  std::vector<std::string> entries;
  parse_setting(text, entries);
  value = {};
  for (const std::string& entry : entries) value.add(entry);
}

}  // namespace connector
