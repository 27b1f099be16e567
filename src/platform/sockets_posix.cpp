#include "platform/sockets.h"

#include <sys/socket.h>
#include <sys/time.h>

namespace connector {

SocketNumber open_socket(int family, int type, int protocol) {
  return ::socket(family, type | SOCK_CLOEXEC, protocol);
}

bool limit_socket_waits(SocketNumber socket, std::chrono::microseconds longest) {
  const int number = static_cast<int>(socket);
  const timeval timeout = {.tv_sec = longest.count() / 1'000'000, .tv_usec = longest.count() % 1'000'000};
  return ::setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) == 0 &&
         ::setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) == 0;
}

void shut_down(SocketNumber socket) {
  ::shutdown(static_cast<int>(socket), SHUT_RDWR);
}

}  // namespace connector
