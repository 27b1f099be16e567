#include "text/message.h"

#include <cstring>
#include <stdexcept>

namespace connector {

std::string_view MessageReader::take(std::uint64_t size) {
  if (size > rest_.size()) throw std::runtime_error("a message of another process breaks off");
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::string_view MessageReader::text() {
  return take(number());
}

std::uint64_t MessageReader::number() {
  std::uint64_t number = 0;
  std::memcpy(&number, take(sizeof number).data(), sizeof number);
  return number;
}

}  // namespace connector
