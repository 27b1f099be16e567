#pragma once

#include <functional>
#include <string>
#include <utility>

#include "connector/http.h"
#include "platform/ip_address.h"
#include "text/host_list.h"

namespace connector {

/// Where a session may connect to, for calls that somebody else describes.
struct Reach {
  HostList hosts = {};    ///< empty: all
  bool loopback = false;  ///< whether addresses of this machine need not be listed as such
  std::function<void(const std::string& host)> note = {};  ///< called for each request, by several threads
};

namespace http {

/// Decides where the requests of a session may go. Safe to use from several threads.
class ReachGuard {
 public:
  explicit ReachGuard(Reach reach) : reach_(std::move(reach)) {}

  void note(const std::string& host) const {
    if (reach_.note) reach_.note(host);
  }

  /// Why a host must not be asked, as far as its name tells; empty when it may. by_name_alone: there is a proxy, so its
  /// address will not be known.
  std::string refusal(const std::string& host, bool by_name_alone) const;

  /// Why that address of the host must not be connected to; empty when it may.
  std::string refusal(const std::string& host, const IpAddress& address) const;

 private:
  const Reach reach_;
};

}  // namespace http
}  // namespace connector
