#include "support/raw_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <regex>
#include <stdexcept>
#include <utility>

namespace connector::test {

RawClient::RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
  ::close(socket_);
  throw std::runtime_error("the connection is refused");
}

RawClient::~RawClient() {
  if (socket_ >= 0) ::close(socket_);
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), has_ended_(other.has_ended_), received_(std::move(other.received_)) {}

bool RawClient::send(const std::string& bytes) const {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

/// False when nothing more comes.
bool RawClient::receive(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  pollfd poll{.fd = socket_, .events = POLLIN, .revents = 0};
  if (has_ended_ || left <= 0 || ::poll(&poll, 1, static_cast<int>(left)) <= 0) return false;
  std::array<char, 65536> buffer{};
  const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (count <= 0) {
    has_ended_ = true;
    return false;
  }
  received_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

std::string RawClient::response(bool has_body, std::chrono::milliseconds longest) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  static const std::regex length("Content-Length: (\\d+)\r\n");
  while (true) {
    const std::size_t head = received_.find("\r\n\r\n");
    if (head != std::string::npos) {
      std::smatch found;
      const std::string fields = received_.substr(0, head + 2);
      const bool has_length = has_body && std::regex_search(fields, found, length);
      const std::size_t size = head + 4 + (has_length ? std::stoul(found[1]) : 0);
      if (received_.size() >= size) {
        std::string response = received_.substr(0, size);
        received_.erase(0, size);
        return response;
      }
    }
    if (!receive(deadline)) return std::exchange(received_, {});
  }
}

bool RawClient::is_closed(std::chrono::milliseconds longest) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  while (receive(deadline)) {
  }
  return has_ended_;
}

int status_of(const std::string& response) {
  return response.starts_with("HTTP/1.1 ") ? std::atoi(response.c_str() + 9) : 0;
}

}  // namespace connector::test
