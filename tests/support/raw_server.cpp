#include "support/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <stdexcept>

namespace connector::test {
namespace {

/// The length of the first request in these bytes, when it is there as a whole.
std::optional<std::size_t> request_length(const std::string& bytes) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string::npos) return std::nullopt;
  std::smatch match;
  const std::string fields = bytes.substr(0, head);
  std::size_t length = head + 4;
  if (std::regex_search(fields, match, std::regex("\r\ncontent-length: *([0-9]+)", std::regex::icase))) {
    length += std::stoul(match[1]);
  }
  if (bytes.size() < length) return std::nullopt;
  return length;
}

}  // namespace

RawServer::RawServer(std::vector<RawAnswer> answers) : answers_(std::move(answers)) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, size) != 0 || listen(listener_, 64) != 0 || getsockname(listener_, any, &size) != 0 ||
      pipe(wake_) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

RawServer::~RawServer() {
  close(wake_[1]);
  thread_.join();
  close(wake_[0]);
  close(listener_);
}

std::vector<std::string> RawServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void RawServer::serve() {
  std::vector<Client> clients;
  while (true) {
    std::vector<pollfd> polled{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Client& client : clients) polled.push_back({client.socket, POLLIN, 0});
    poll(polled.data(), polled.size(), -1);
    if (polled[0].revents != 0) break;
    for (std::size_t i = clients.size(); i-- > 0;) {
      if (polled[i + 2].revents == 0 || serve(clients[i])) continue;
      close(clients[i].socket);
      clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (polled[1].revents != 0) clients.push_back({accept(listener_, nullptr, nullptr)});
  }
  for (const Client& client : clients) close(client.socket);
}

/// Reads what has come and answers what is complete. False when the connection is to be closed.
bool RawServer::serve(Client& client) {
  std::array<char, 65536> bytes{};
  const ssize_t size = recv(client.socket, bytes.data(), bytes.size(), 0);
  if (size <= 0) return false;
  client.received.append(bytes.data(), static_cast<std::size_t>(size));
  while (const auto length = request_length(client.received)) {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(client.received.substr(0, *length));
    }
    client.received.erase(0, *length);
    if (!answer(client.socket)) return false;
  }
  return true;
}

bool RawServer::answer(int socket) {
  const RawAnswer& answer = answers_.at(std::min(requests_.size(), answers_.size()) - 1);
  send(socket, answer.bytes.data(), answer.bytes.size(), MSG_NOSIGNAL);
  if (answer.then == RawAnswer::Then::reset) {
    const linger at_once{1, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  return answer.then == RawAnswer::Then::keep;
}

}  // namespace connector::test
