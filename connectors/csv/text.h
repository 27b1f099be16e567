#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "text/transcoder.h"

namespace connector::csv {

/// How a section's files are written. What a file says of itself counts more.
struct CsvFormat {
  std::string encoding = "utf-8";  ///< a charset, or auto
  char delimiter = ',';            ///< '\0': the one that occurs most in the first row
};

/// A file's text in UTF-8, piece by piece: without a byte order mark, a first line that is "sep=;" or begins with
/// "#TYPE", and a last byte 0x1A. What is not text in the file's encoding becomes bytes that are not UTF-8.
class CsvText {
 public:
  /// Gives the file's next bytes, which hold until its next call; empty at the end.
  using NextBytes = std::function<std::string_view()>;

  CsvText(NextBytes next_bytes, const CsvFormat& format);

  /// Holds until the next call. Empty at the end.
  std::string_view next();

  char delimiter() const { return delimiter_; }
  const std::string& encoding() const { return encoding_; }

  /// The wide encoding that the bytes look like when they are read as UTF-8; empty for none.
  std::string_view resembled_encoding() const { return resembled_encoding_; }

 private:
  std::string_view utf8(std::string_view bytes);
  void skip_first_lines();

  NextBytes next_bytes_;
  std::string encoding_;
  char delimiter_;
  std::string_view resembled_encoding_;
  std::optional<Transcoder> transcoder_;
  std::string buffer_;
  std::string_view first_;   ///< the piece that was looked at
  bool holds_back_ = false;  ///< a byte 0x1A, which is dropped when it is the last
  bool at_end_ = false;
};

/// The one of , ; tab | that occurs most in the first row, outside quotes.
char guessed_delimiter(std::string_view text);

}  // namespace connector::csv
