#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace connector {

class Descriptor;

/// One end of a connection between two processes of this computer, which carries whole messages of 256 MiB at most. To
/// be used by one thread at a time.
class Channel {
 public:
  explicit Channel(Descriptor end);
  ~Channel();
  Channel(Channel&& other) noexcept;
  Channel& operator=(Channel&& other) noexcept;

  /// false: the other side is gone, or has not taken anything for half a minute.
  bool send(std::string_view message);

  enum class Received { message, closed, nothing };

  /// Waits for the other side's next message, for `patience` at most until it begins and then for each part of it;
  /// negative: as long as it takes. nothing: none came in that time.
  Received receive(std::string& message, std::chrono::milliseconds patience = std::chrono::milliseconds(-1));

  const Descriptor& end() const { return *end_; }

 private:
  Received receive_text(std::string& message, std::size_t size, std::chrono::milliseconds patience);
  Received receive_all(char* data, std::size_t size, std::chrono::milliseconds patience);

  std::unique_ptr<Descriptor> end_;
};

}  // namespace connector
