#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

#include "connector/json.h"
#include "simulator/http_server.h"

namespace connector::simulator {

struct SaasOptions {
  std::size_t devices = 25;
  std::size_t page_size = 10;
  std::size_t broken = 0;                ///< the id of a device that is listed and has no details
  std::chrono::milliseconds latency{0};  ///< before each answer about one device
};

/// A made-up service that has devices, for managed configurations to pull from. Thread-safe; knows no network.
///
///   POST /api/login           {"user": "demo", "password": "made-up-password"} -> {"token"}: for the header X-Session
///   GET  /api/devices?page=N  {"page", "pages", "devices": [{"id", "name"}]}; N: from 1
///   GET  /api/devices/ID      {"device": {…, "software": [{"title", "version"}]}}
///   GET  /traffic             {"logins", "lists", "details", "seconds"}: calls that were answered, and the time from
///   the
///                             first to the last; needs no session
class Saas {
 public:
  explicit Saas(SaasOptions options) : options_(options) {}

  Answer answer(const Request& request);

 private:
  using Clock = std::chrono::steady_clock;

  struct Traffic {
    std::size_t logins = 0;
    std::size_t lists = 0;
    std::size_t details = 0;
    std::optional<Clock::time_point> first = {};
    Clock::time_point last = {};
  };

  Answer log_in(const Request& request);
  Answer list(const Request& request);
  Answer details(const std::string& id);
  Json traffic() const;
  void count(std::size_t Traffic::*calls, std::chrono::milliseconds delay = {});

  const SaasOptions options_;
  mutable std::mutex mutex_;
  Traffic traffic_;
};

/// The same on the loopback interface.
class SaasServer {
 public:
  SaasServer(int port, SaasOptions options);

  int port() const { return server_.port(); }
  std::string url() const { return server_.url(); }

 private:
  Saas saas_;
  HttpServer server_;  // last: its threads use the other
};

}  // namespace connector::simulator
