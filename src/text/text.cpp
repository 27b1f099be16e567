#include "text/text.h"

#include <unicase.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "connector/error.h"
#include "platform/files.h"
#include "platform/path.h"

namespace connector {
namespace {

constexpr std::string_view ascii_spaces = " \t\n\v\f\r";

using ChangeCase = decltype(&u8_tolower);

std::string with_case(std::string_view text, ChangeCase change) {
  std::size_t length = 0;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> changed(
      change(bytes, text.size(), nullptr, nullptr, nullptr, &length), &std::free);
  if (!changed) return std::string(text);
  return {reinterpret_cast<const char*>(changed.get()), length};
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

std::string lower_case(std::string_view text) {
  return with_case(text, &u8_tolower);
}

std::string upper_case(std::string_view text) {
  return with_case(text, &u8_toupper);
}

std::string configuration_text(const std::filesystem::path& file) {
  try {
    return read_file(file);
  } catch (const std::system_error& error) {
    throw ConfigError(shown_path(file) + ": the file cannot be read: " + error.code().message());
  }
}

}  // namespace connector
