#include "text/transcoder.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "text/text.h"

namespace connector {
namespace {

const auto no_descriptor = reinterpret_cast<iconv_t>(-1);  // NOLINT: iconv's word for a failure

/// iconv reads more than a name: the locale's charset in an empty one, options behind slashes.
iconv_t opened(const std::string& charset) {
  if (charset.empty() || charset.find_first_of(std::string_view("/\0", 2)) != std::string::npos) return no_descriptor;
  return iconv_open("UTF-8", charset.c_str());
}

std::size_t unit_of(std::string_view charset) {
  if (charset.starts_with("utf-16") || charset.starts_with("ucs-2")) return 2;
  return charset.starts_with("utf-32") || charset.starts_with("ucs-4") ? 4 : 1;
}

}  // namespace

void Transcoder::Close::operator()(void* descriptor) const {
  iconv_close(descriptor);
}

bool is_charset(const std::string& name) {
  const iconv_t descriptor = opened(name);
  if (descriptor == no_descriptor) return false;
  iconv_close(descriptor);
  return true;
}

Transcoder::Transcoder(const std::string& charset, std::string_view replacement)
    : replacement_(replacement), unit_(unit_of(ascii_lower_case(charset))) {
  const iconv_t descriptor = opened(charset);
  if (descriptor == no_descriptor) throw std::invalid_argument("unknown charset " + charset);
  descriptor_.reset(descriptor);
}

std::string Transcoder::take(std::string_view bytes) {
  std::string input = std::exchange(rest_, {});
  input += bytes;
  std::string text;
  char* from = input.data();
  std::size_t left = input.size();
  while (left > 0) {
    std::array<char, 4096> buffer;
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const bool failed = iconv(descriptor_.get(), &from, &left, &to, &room) == static_cast<std::size_t>(-1);
    const int problem = errno;
    text.append(buffer.data(), buffer.size() - room);
    if (!failed || problem == E2BIG) continue;
    if (problem == EINVAL) break;
    replace(text);
    const std::size_t skipped = std::min(unit_, left);
    from += skipped;
    left -= skipped;
  }
  rest_.assign(from, left);
  return text;
}

std::string Transcoder::finish() {
  std::string text;
  if (!std::exchange(rest_, {}).empty()) replace(text);
  return text;
}

void Transcoder::replace(std::string& text) {
  text += replacement_;
  has_replaced_ = true;
}

}  // namespace connector
