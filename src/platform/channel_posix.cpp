#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "platform/channel.h"
#include "platform/descriptor_posix.h"

namespace connector {
namespace {

constexpr std::uint64_t longest_message = 256u << 20;
constexpr std::size_t piece = 1u << 20;
constexpr std::chrono::milliseconds longest_send{30'000};

/// Whether the descriptor is ready within that time.
bool wait_until_ready(int descriptor, short events, std::chrono::milliseconds patience) {
  pollfd ready{.fd = descriptor, .events = events, .revents = 0};
  int count = 0;
  do {
    count = ::poll(&ready, 1, static_cast<int>(patience.count()));
  } while (count < 0 && errno == EINTR);
  return count > 0;
}

bool send_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait_until_ready(descriptor, POLLOUT, longest_send)) return false;
    const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

Channel::Channel(Descriptor end) : end_(std::make_unique<Descriptor>(std::move(end))) {}
Channel::~Channel() = default;
Channel::Channel(Channel&& other) noexcept = default;
Channel& Channel::operator=(Channel&& other) noexcept = default;

bool Channel::send(std::string_view message) {
  const std::uint64_t size = message.size();
  std::array<char, sizeof size> head{};
  std::copy_n(reinterpret_cast<const char*>(&size), sizeof size, head.begin());
  return send_all(end_->number(), {head.data(), head.size()}) && send_all(end_->number(), message);
}

Channel::Received Channel::receive(std::string& message, std::chrono::milliseconds patience) {
  std::uint64_t size = 0;
  const Received head = receive_all(reinterpret_cast<char*>(&size), sizeof size, patience);
  if (head != Received::message) return head;
  if (size > longest_message) return Received::closed;
  return receive_text(message, size, patience);
}

/// The other side may be anybody's: no more memory is taken than has come.
Channel::Received Channel::receive_text(std::string& message, std::size_t size, std::chrono::milliseconds patience) {
  message.clear();
  while (message.size() < size) {
    const std::size_t begin = message.size();
    message.resize(std::min(size, begin + piece));
    const Received received = receive_all(message.data() + begin, message.size() - begin, patience);
    if (received != Received::message) return received;
  }
  return Received::message;
}

Channel::Received Channel::receive_all(char* data, std::size_t size, std::chrono::milliseconds patience) {
  while (size > 0) {
    if (!wait_until_ready(end_->number(), POLLIN, patience)) return Received::nothing;
    const ssize_t received = ::recv(end_->number(), data, size, 0);
    if (received == 0) return Received::closed;
    if (received < 0) {
      if (errno == EINTR) continue;
      return Received::closed;
    }
    data += received;
    size -= static_cast<std::size_t>(received);
  }
  return Received::message;
}

}  // namespace connector
