#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

namespace connector {

class Datagrams;

/// Tells systemd how this service is (sd_notify(3)): to $NOTIFY_SOCKET, which it sets for services of Type=notify.
/// Nobody is told where there is none. Safe to use from several threads.
class ServiceManager {
 public:
  ServiceManager();
  /// Says that the service is stopping.
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  /// The service does what it is for.
  void ready();
  /// One line for `systemctl status`.
  void status(std::string_view line);
  /// The service works off what it has begun, and ends.
  void stopping();

  /// With WatchdogSec= in its unit the service is ended when it has not been heard of for that long: from now on it is
  /// heard of while is_alive says so, which is called on a thread of its own. Without it nothing happens.
  void keep_alive(std::function<bool()> is_alive);

 private:
  void tell(std::string_view message);

  std::mutex mutex_;
  std::unique_ptr<Datagrams> manager_;  ///< nothing: there is none
  bool is_stopping_ = false;
  std::jthread watchdog_;
};

}  // namespace connector
