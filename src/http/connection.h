#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connector/http.h"
#include "http/address.h"
#include "http/proxy.h"
#include "http/reach.h"
#include "http/stop_clock.h"

namespace connector::http {

/// Starts libcurl, once a process and not before it is needed: it takes its time.
void initialize_curl();

/// What all connections of a session have in common, read once from its settings and the environment.
struct ConnectionSettings {
  bool verify = true;
  std::string authorities_file;  ///< both empty: the system's
  std::string authorities_folder;
  std::string user_pem_file;
  long tls_version = CURL_SSLVERSION_DEFAULT;
  bool any_cipher = false;  ///< lowers OpenSSL's security level: TLS 1.0 needs it
  std::string user_pem_password;
  Proxies proxies;
};

ConnectionSettings connection_settings(const TlsSettings& tls);

/// One request as it goes over the wire. Everything is borrowed for the time of the call.
struct Exchange {
  std::string_view method;
  const Address& address;
  const Headers& headers;
  const std::string& body;
  std::chrono::seconds idle_timeout;
  std::chrono::seconds time_limit;  ///< 0: none
  std::size_t max_body;
  const std::function<void(std::string_view)>& sink;
  const ClientCertificate* certificate = nullptr;  ///< instead of the session's
  const ReachGuard* reach = nullptr;               ///< nullptr: anywhere
  const std::string* unix_socket = nullptr;        ///< in the place of host and port; empty: none
};

enum class Fault {
  none,       ///< the response is complete
  transient,  ///< the network's; another try may help
  lasting,    ///< another try ends the same way
};

struct Outcome {
  Fault fault = Fault::none;
  std::string cause;  ///< of the fault
  Response response;  ///< status, headers and body
  bool sunk = false;  ///< the sink has been given something
};

/// A curl handle with the connections that it keeps open. For one thread at a time.
class Connection {
 public:
  /// cookies: the jar that is shared with other connections; nullptr gives a jar of its own.
  Connection(const ConnectionSettings& settings, const StopClock& stop, CURLSH* cookies);

  /// Makes one try. Throws what the sink throws.
  Outcome perform(const Exchange& exchange);

  /// The jar's content, in libcurl's form.
  std::vector<std::string> cookies() const;
  void add_cookies(const std::vector<std::string>& cookies);
  /// Makes the jar's cookies count for each path of their host, and returns their values.
  std::vector<std::string> widen_cookies();

 private:
  void set_method(const Exchange& exchange);
  void set_certificate(const ClientCertificate* certificate);

  const ConnectionSettings& settings_;
  const StopClock& stop_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace connector::http
