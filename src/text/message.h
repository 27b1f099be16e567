#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace connector {

/// Texts and numbers, one behind the other: what this program's processes tell each other.
class MessageWriter {
 public:
  MessageWriter& text(std::string_view text) {
    number(text.size());
    bytes_ += text;
    return *this;
  }
  MessageWriter& number(std::uint64_t number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
    return *this;
  }

  /// What another writer has written.
  MessageWriter& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads them in the same order. Refers to the message. Throws std::runtime_error where it breaks off.
class MessageReader {
 public:
  explicit MessageReader(std::string_view message) : rest_(message) {}

  std::string_view text();
  std::uint64_t number();
  bool at_end() const { return rest_.empty(); }
  std::size_t size() const { return rest_.size(); }  ///< of what has not been read

 private:
  std::string_view take(std::uint64_t size);

  std::string_view rest_;
};

}  // namespace connector
