#include "text/encode.h"

#include <uniconv.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "text/text.h"

namespace connector {
namespace {

/// Python's names are iconv's but for a few.
std::string iconv_name(const std::string& charset) {
  std::string name = ascii_lower_case(charset);
  std::replace(name.begin(), name.end(), '_', '-');
  if (name == "utf-8-sig") return "utf-8";
  return name.starts_with("latin-") ? name.erase(5, 1) : name;
}

}  // namespace

std::optional<std::string> encoded_text(std::string_view text, const std::string& charset) {
  std::size_t length = 0;
  const std::unique_ptr<char, decltype(&std::free)> encoded(
      u8_conv_to_encoding(iconv_name(charset).c_str(), iconveh_question_mark,
                          reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), nullptr, nullptr, &length),
      &std::free);
  if (!encoded) return std::nullopt;
  return std::string(encoded.get(), length);
}

}  // namespace connector
