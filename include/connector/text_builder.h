#pragma once

#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace connector {

/// Appends many short pieces to a string, which costs a third of appending each of them itself: they are collected here
/// and handed on together. What was not flushed is lost.
class TextBuilder {
 public:
  /// Refers to the string.
  explicit TextBuilder(std::string& text) : text_(text) {}
  TextBuilder(const TextBuilder&) = delete;
  TextBuilder& operator=(const TextBuilder&) = delete;

  void append(std::string_view piece) {
    if (char* to = room_for(piece.size())) {
      std::memcpy(to, piece.data(), piece.size());
      take(piece.size());
    } else {
      text_ += piece;
    }
  }

  void flush() {
    text_.append(pieces_.data(), size_);
    size_ = 0;
  }

  /// Where the next piece of up to so many bytes is to be written, to be taken then; nullptr when it is too long for
  /// that. What was appended before is the string's then.
  char* room_for(std::size_t bytes) {
    if (bytes > pieces_.size() - size_) {
      flush();
      if (bytes > pieces_.size()) return nullptr;
    }
    return pieces_.data() + size_;
  }
  void take(std::size_t bytes) { size_ += bytes; }

 private:
  std::string& text_;
  std::size_t size_ = 0;
  std::array<char, 2048> pieces_;
};

}  // namespace connector
