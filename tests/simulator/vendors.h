#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "connector/json.h"
#include "simulator/http_server.h"

namespace connector::simulator {

struct VendorOptions {
  std::size_t computers = 12;             ///< of Jamf Pro
  std::size_t users = 450;                ///< of Okta
  std::size_t broken = 0;                 ///< the id of a computer that is listed and has no details
  std::size_t rate = 0;                   ///< requests a second that Okta takes; 0: any
  std::chrono::milliseconds latency{0};   ///< before each answer
  std::chrono::seconds token_life{1800};  ///< of Jamf Pro's tokens
};

/// Stand-ins for two vendors, for sections of config.ini to pull from. Thread-safe; knows no network.
///
/// Jamf Pro, below /jamf (user demo, password made-up-password; API client demo-client, secret made-up-secret):
///
///   POST /api/v1/auth/token, /api/v1/oauth/token   a token, which ends after its life: 401
///   POST /api/v1/auth/invalidate-token             ends the token
///   GET  /JSSResource/computers                    {"computers": [{"id", "name"}]}
///   GET  /JSSResource/computers/id/ID[/subset/…]   {"computer": {…}}
///
/// Okta, below /okta (API token made-up-token):
///
///   GET  /api/v1/users?limit=N&after=CURSOR  a list; Link headers. Beyond the rate: 429 with X-Rate-Limit-Reset
///
///   GET  /vendors/traffic  {"tokens", "lists", "details", "pages", "refused"}: answers that were given
class Vendors {
 public:
  explicit Vendors(VendorOptions options) : options_(options) {}

  Answer answer(const Request& request);

 private:
  using Clock = std::chrono::steady_clock;

  Answer jamf(const Request& request, const std::string& path);
  Answer token(const Request& request, bool is_of_client);
  Answer end(const std::string& authorization);
  bool accepts(const std::string& authorization);
  Answer computers();
  Answer computer(const std::string& id);
  Answer users(const Request& request);
  Answer too_many();
  bool is_beyond_the_rate();
  void count(const char* what);

  const VendorOptions options_;
  std::mutex mutex_;
  std::map<std::string, Clock::time_point> tokens_;  ///< until when they are good
  std::map<std::string, std::size_t> traffic_;
  long second_ = 0;            ///< since 1970, of the last page of users
  std::size_t in_second_ = 0;  ///< pages asked for in it
};

/// The same on the loopback interface.
class VendorServer {
 public:
  VendorServer(int port, VendorOptions options);

  int port() const { return server_.port(); }
  std::string url() const { return server_.url(); }

 private:
  Vendors vendors_;
  HttpServer server_;  // last: its threads use the other
};

}  // namespace connector::simulator
