// Takes the place of listener.cpp where -DCONNECTOR_LISTENER=OFF spares the first demo the fetching and compiling of
// Boost.
#include "connector/error.h"
#include "server/listener.h"

namespace connector::server {

class Listener::Acceptor {};

Listener::Listener(const Endpoint&, Routes, Log, Limits) {
  throw ConfigError("this program was built without its HTTP listener, for a quick first demo: run make build-product");
}

Listener::~Listener() = default;

int Listener::port() const {
  return 0;
}

std::string Listener::url() const {
  return {};
}

bool Listener::is_loopback() const {
  return true;
}

bool Listener::is_alive() const {
  return false;
}

std::size_t Listener::connections() const {
  return 0;
}

void Listener::stop_accepting() {}

}  // namespace connector::server
