#include "python/template_error.h"

#include <fmt/format.h>

#include "python/templates.h"

namespace connector {
namespace {

/// A template for a message: shortened, on one line.
std::string shown(std::string_view source) {
  constexpr std::size_t longest_shown = 1000;
  std::string text(source.substr(0, longest_shown));
  if (source.size() > longest_shown) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0x80) text.pop_back();
    text += "…";
  }
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

}  // namespace

std::string error_about(std::string_view source, std::string_view cause) {
  return fmt::format("The template \"{}\" cannot be rendered: {}", shown(source), cause);
}

void fail(std::string_view source, std::string_view cause) {
  throw TemplateError(error_about(source, cause));
}

}  // namespace connector
