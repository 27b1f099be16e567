#include "connector/log.h"
#include "text/utf8.h"

namespace connector {
namespace {

constexpr int max_characters = 500;

}  // namespace

std::string excerpt(std::string_view text) {
  std::string shown;
  for (int count = 0; !text.empty() && count < max_characters; ++count) {
    const char32_t character = take_character(text);
    const bool is_control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    append_character(shown, is_control ? U' ' : character);
  }
  return shown;
}

std::string excerpt(std::string_view text, const Log& log) {
  return excerpt(log.redact(std::string(text.substr(0, std::size_t{64} << 10))));
}

}  // namespace connector
