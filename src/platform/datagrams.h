#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace connector {

/// Sends messages to one receiver that need not listen: they may be lost. For one thread at a time.
class Datagrams {
 public:
  /// To a local socket; a name that begins with '@' is one of Linux's abstract namespace, without a file. Throws
  /// std::system_error when nobody has made that file.
  explicit Datagrams(const std::filesystem::path& local_socket);
  /// By UDP. Throws std::system_error when the host is not known.
  Datagrams(const std::string& host, std::uint16_t port);
  ~Datagrams();
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;

  void send(std::string_view message);

 private:
  struct Receiver;
  std::unique_ptr<Receiver> receiver_;
};

}  // namespace connector
