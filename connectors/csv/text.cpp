#include "csv/text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "text/charset.h"
#include "text/text.h"

namespace connector::csv {
namespace {

constexpr char end_of_file = '\x1A';
constexpr std::string_view line_ends = "\r\n";

void skip_line(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_of(line_ends), text.size()));
  text.remove_prefix(text.starts_with(line_ends) ? 2 : std::min<std::size_t>(1, text.size()));
}

/// X of a line "sep=X", quoted or not.
std::optional<char> named_delimiter(std::string_view line) {
  constexpr std::string_view name = "sep=";
  if (line.size() == name.size() + 3 && line.front() == '"' && line.back() == '"')
    line = line.substr(1, name.size() + 1);
  const bool is_one = line.size() == name.size() + 1 && equal_ignoring_case(line.substr(0, name.size()), name);
  return is_one ? std::optional(line.back()) : std::nullopt;
}

}  // namespace

CsvText::CsvText(NextBytes next_bytes, const CsvFormat& format)
    : next_bytes_(std::move(next_bytes)), encoding_(format.encoding), delimiter_(format.delimiter) {
  const std::string_view bytes = next_bytes_();
  Encoding found = encoding_ == "auto" ? guessed_encoding(bytes) : marked_encoding(bytes);
  if (!found.charset.empty()) encoding_ = found.charset;
  if (encoding_ == "utf-8") {
    resembled_encoding_ = charset_by_zeros(bytes);
  } else {
    transcoder_.emplace(encoding_, "\xFF");
  }
  first_ = utf8(bytes.substr(found.mark));
  at_end_ = bytes.empty();
  skip_first_lines();
  if (delimiter_ == '\0') delimiter_ = guessed_delimiter(first_);
}

void CsvText::skip_first_lines() {
  const auto line = [this] { return first_.substr(0, first_.find_first_of(line_ends)); };
  if (const std::optional<char> named = named_delimiter(line())) {
    delimiter_ = *named;
    skip_line(first_);
  }
  if (line().starts_with("#TYPE")) skip_line(first_);
}

std::string_view CsvText::next() {
  std::string_view text = std::exchange(first_, {});
  while (text.empty() && !at_end_) {
    const std::string_view bytes = next_bytes_();
    at_end_ = bytes.empty();
    text = at_end_&& transcoder_ ? buffer_ = transcoder_->finish() : utf8(bytes);
  }
  return text;
}

std::string_view CsvText::utf8(std::string_view bytes) {
  if (bytes.empty()) return bytes;
  if (transcoder_ || holds_back_) {
    std::string text(holds_back_ ? 1 : 0, end_of_file);
    text += transcoder_ ? transcoder_->take(bytes) : bytes;
    buffer_ = std::move(text);
    bytes = buffer_;
  }
  holds_back_ = bytes.ends_with(end_of_file);
  if (holds_back_) bytes.remove_suffix(1);
  return bytes;
}

char guessed_delimiter(std::string_view text) {
  constexpr std::string_view delimiters = ",;\t|";
  std::array<std::size_t, delimiters.size()> counts{};
  bool is_quoted = false;
  for (const char c : text) {
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (line_ends.find(c) != std::string_view::npos) break;
    const std::size_t place = delimiters.find(c);
    if (place != std::string_view::npos) ++counts[place];
  }
  return delimiters[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin())];
}

}  // namespace connector::csv
