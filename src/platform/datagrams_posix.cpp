#include "platform/datagrams.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>

#include "platform/descriptor_posix.h"

namespace connector {

struct Datagrams::Receiver {
  Descriptor socket;
  sockaddr_storage address = {};
  socklen_t length = 0;
};

Datagrams::Datagrams(const std::filesystem::path& local_socket) : receiver_(std::make_unique<Receiver>()) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& path = local_socket.native();
  const std::size_t length = path.copy(address.sun_path, sizeof address.sun_path - 1);
  const bool is_abstract = path.starts_with('@');
  if (is_abstract) address.sun_path[0] = '\0';
  std::memcpy(&receiver_->address, &address, sizeof address);
  receiver_->length = is_abstract ? static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length) : sizeof address;
  receiver_->socket = Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  std::error_code missing;
  if (receiver_->socket.number() < 0) fail_about("cannot send to", local_socket);
  if (!is_abstract && !std::filesystem::is_socket(local_socket, missing))
    fail_about("cannot send to", local_socket, ENOENT);
}

Datagrams::Datagrams(const std::string& host, std::uint16_t port) : receiver_(std::make_unique<Receiver>()) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (error != 0) {
    throw std::system_error(std::make_error_code(std::errc::address_not_available),
                            host + ": " + ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  receiver_->socket = Descriptor(::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (receiver_->socket.number() < 0) throw std::system_error(errno, std::generic_category(), "cannot send to " + host);
  std::memcpy(&receiver_->address, found->ai_addr, found->ai_addrlen);
  receiver_->length = found->ai_addrlen;
}

Datagrams::~Datagrams() = default;

void Datagrams::send(std::string_view message) {
  ::sendto(receiver_->socket.number(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&receiver_->address), receiver_->length);
}

}  // namespace connector
