#pragma once

#include <chrono>
#include <cstdint>

namespace connector {

/// A socket as libraries give it; negative: none.
using SocketNumber = std::intptr_t;

/// A socket of that kind, which no process inherits; negative when the system gives none.
SocketNumber open_socket(int family, int type, int protocol);

/// How long one read or write of a blocking socket waits at most. Returns whether the system takes it.
bool limit_socket_waits(SocketNumber socket, std::chrono::microseconds longest);

/// Ends a connection in both directions. Another thread that reads or writes on it fails at once.
void shut_down(SocketNumber socket);

}  // namespace connector
