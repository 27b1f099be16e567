#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace connector {

/// Whether text in that charset can be read: a name that iconv knows.
bool is_charset(const std::string& name);

/// Turns text that comes piece by piece, cut anywhere, into UTF-8. For one thread at a time.
class Transcoder {
 public:
  /// replacement: stands in the place of what is not text in the charset. Throws std::invalid_argument for a charset
  /// that is not known.
  Transcoder(const std::string& charset, std::string_view replacement);

  /// The next bytes as UTF-8.
  std::string take(std::string_view bytes);

  /// The end: the replacement when it cuts a character in two, else nothing.
  std::string finish();

  bool has_replaced() const { return has_replaced_; }

 private:
  struct Close {
    void operator()(void* descriptor) const;
  };

  void replace(std::string& text);

  std::unique_ptr<void, Close> descriptor_;
  std::string replacement_;
  std::size_t unit_;  ///< bytes that are skipped where there is no character
  std::string rest_;  ///< the beginning of a character
  bool has_replaced_ = false;
};

}  // namespace connector
