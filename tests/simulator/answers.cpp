#include "simulator/answers.h"

#include <charconv>

namespace connector::simulator {

Answer json_answer(const Json& value, int status) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = to_text(value)};
}

Answer problem(int status, const std::string& text) {
  return json_answer({{"error", text}}, status);
}

std::optional<std::string> segment(std::string_view path, std::string_view prefix, std::string_view suffix) {
  if (path.size() <= prefix.size() + suffix.size() || !path.starts_with(prefix) || !path.ends_with(suffix)) return {};
  std::string_view middle = path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
  if (middle.find('/') != std::string_view::npos) return {};
  return std::string(middle);
}

std::optional<std::size_t> whole_number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace connector::simulator
