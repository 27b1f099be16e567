#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "connector/json.h"

namespace connector {

/// The charset of a Content-Type, in lower case; empty when it names none.
std::string charset_of(std::string_view content_type);

/// A text from the network or a file in UTF-8, without a byte order mark. Its encoding is that of its mark, else the
/// charset that it is said to have, else UTF-16 or UTF-32 where its zero bytes say so, else what its XML declaration
/// names, else UTF-8. What is not text in it becomes U+FFFD.
class DecodedText {
 public:
  /// bytes: outlive this. charset: empty, or not known: nothing is said.
  DecodedText(std::string_view bytes, const std::string& charset);
  DecodedText(const DecodedText&) = delete;
  DecodedText& operator=(const DecodedText&) = delete;

  std::string_view text() const { return text_; }
  bool has_replaced() const { return has_replaced_; }

 private:
  std::string own_;  ///< where the bytes are not what is meant
  std::string_view text_;
  bool has_replaced_ = false;
};

/// What had to be mended to read a body.
struct Mended {
  bool bytes = false;    ///< not text in its charset: U+FFFD
  bool numbers = false;  ///< NaN, infinities, beyond the range of double: null

  /// Calls `warn` with a sentence for each.
  void tell(const std::function<void(const std::string& what)>& warn) const;
};

struct DecodedBody {
  Json value;
  Mended mended;
};

/// The value of a body: JSON if it is JSON, else XML, else the text. content_type: the header's value; what counts is
/// its charset. Throws SourceError for JSON or XML of more values than max_values, and for JSON nested deeper than 500
/// levels.
DecodedBody decoded_body(std::string_view body, const std::optional<std::string>& content_type, std::size_t max_values);

}  // namespace connector
