#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connector/encoding.h"
#include "connector/error.h"
#include "connector/json.h"
#include "connector/log.h"

namespace connector {

struct Reach;

/// Header fields in order; names compare without regard to case (RFC 9110, 5.1).
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields);

  /// The field's value; several of one name are joined by ", ". Nothing when there is none.
  std::optional<std::string> find(std::string_view name) const;
  bool contains(std::string_view name) const;
  /// Replaces all fields of that name.
  void set(std::string_view name, std::string_view value);
  /// Adds one more field, also when there is one of that name.
  void add(std::string_view name, std::string_view value);
  void remove(std::string_view name);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  bool empty() const { return fields_.empty(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// Names and values that go percent-encoded (UTF-8) behind the URL's own query.
using Query = std::vector<std::pair<std::string, std::string>>;

struct Response {
  int status = 0;
  Headers headers;
  std::string body;
  std::string url;     ///< that answered, after redirects; without its query
  std::string method;  ///< that it answered: GET instead of POST after a redirect with status 303
  /// Warns, once a session for each text, of what had to be mended in a body. Empty: nobody is told.
  std::function<void(const std::string& what)> warn = {};

  bool ok() const { return status >= 200 && status < 300; }

  /// The body as JSON, in whatever charset: that of Content-Type, a byte order mark's, UTF-16 or UTF-32 by its zeros,
  /// else UTF-8. Bytes that do not fit become U+FFFD; NaN, infinities and numbers beyond double's range are null: a
  /// warning each. Throws HttpError when it is not JSON.
  Json json() const;
  /// The same without the items of the list that is this member of its object: they are handed over one by one, once
  /// the whole body was found to be JSON. For pages that are large.
  Json json_items(std::string_view list, const std::function<void(Json)>& take) const;
};

/// A client certificate and its private key, in memory: PEM strings, or both in a PKCS #12 container.
struct ClientCertificate {
  std::string certificate = {};  ///< PEM
  std::string key = {};          ///< PEM
  std::string pkcs12 = {};       ///< bytes; counts instead of the two when not empty
  std::string password = {};     ///< of key or container; empty: none
};

struct Request {
  std::string method = "GET";
  std::string url;  ///< http or https, path and query already percent-encoded
  Query query = {};
  Headers headers = {};  ///< over the session's: one of the same name replaces it
  std::string body = {};

  /// Statuses from 400 on that the caller wants to see: returned at once, neither retried nor thrown. Redirects that
  /// are not followed (follow_redirects = false) are returned too.
  std::vector<int> allow = {};
  /// When given and true for a response, that answer is returned at once whatever its status. (A SOAP fault comes with
  /// 500.)
  std::function<bool(const Response&)> accept = {};
  /// Names of further headers that hold secrets: not taken along to another host (beside Authorization and cookies).
  std::vector<std::string> secret_headers = {};
  /// Presented instead of the session's own on this request's connections.
  std::optional<ClientCertificate> certificate = {};
  /// Asked by this socket's file instead of the address's host and port; a redirect to another host leaves it.
  std::string unix_socket = {};
  bool follow_redirects = true;
  /// A redirect to another host is an error instead of being followed (POST only).
  bool stay_on_host = false;
  /// GET and POST are retried on transient faults: oomnitza-api rules, 11 tries. false: one try only.
  bool retry = true;
  /// Ends waits before and between its tries, with Stopped: nobody wants the answer any longer.
  std::stop_token abandon = {};
  /// Longest time without a byte. Connecting has 30 s.
  std::chrono::seconds idle_timeout{300};
  /// Longest time of a try, from connecting to the response's last byte; beyond it the request fails at once. 0: none.
  std::chrono::seconds time_limit{0};
  /// A larger body is an error of the request, unless it goes into a sink.
  std::size_t max_body = std::size_t{512} << 20;
  /// When given, a 2xx response's body goes here piece by piece instead of into Response::body, and the request is
  /// retried only while nothing has been received, or after `restart`.
  std::function<void(std::string_view)> sink = {};
  /// When given, called before a retry if the sink has been given something: it must forget that.
  std::function<void()> restart = {};
};

/// How certificates are checked and what is presented, for all connections of one section.
struct TlsSettings {
  bool verify = true;
  std::string cacert_file = {};    ///< PEM bundle that replaces the system's authorities; empty: REQUESTS_CA_BUNDLE,
                                   ///< CURL_CA_BUNDLE, SSL_CERT_FILE, the system's
  std::string cacert_dir = {};     ///< hashed folder of authorities, likewise
  std::string protocol = {};       ///< ssl_protocol as configured, checked before: "", ssl, ssl23, sslv23, tls, tls1,
                                   ///< tls1.2, tls1.3; case does not matter
  std::string user_pem_file = {};  ///< PEM file with client certificate and private key
  std::string user_pem_password = {};  ///< of an encrypted private key; empty: none
};

/// What a request does during shutdown: a source is not asked any longer, what was pulled is still
/// delivered.
enum class AfterStop { refuse, finish };

/// How a session passes its time. Tests have none to pass.
struct Timing {
  /// Waits between two tries, and returns early when a stop is requested; empty: a real wait.
  std::function<void(std::chrono::seconds, const std::stop_token&)> wait = {};
  /// How often a request is repeated at most.
  int max_retries = 10;
  /// How long requests under way may go on after a stop.
  std::chrono::milliseconds grace = std::chrono::seconds(7);
  /// How long a request may take that begins after a stop, when that is later.
  std::chrono::milliseconds last_request = std::chrono::seconds(2);
};

/// Hears of each try of each request: the host's name, lower case, and the response's status; 0 when no complete one
/// came. Called on the thread that asks; must not throw.
using RequestObserver = std::function<void(const std::string& host, int status)>;

/// What X-RateLimit-Reset (or X-Rate-Limit-Reset) counts: seconds since 1970, or seconds from now. either: its size
/// tells.
enum class ResetUnit { either, epoch_seconds, seconds_left };

/// How a vendor wants to be asked. 0: without limit.
struct RateLimits {
  unsigned in_flight = 0;  ///< requests under way at once
  double per_second = 0;   ///< requests that begin in a second
  ResetUnit reset = ResetUnit::either;
};

/// What a login gave: how later requests prove who asks.
struct Login {
  Headers headers;                   ///< of every later request; never logged, never taken to another host
  std::chrono::seconds lifetime{0};  ///< from now on; 0: not known
};

/// An HTTP session: connections that are kept open, cookies, TLS settings, default headers, and the retries that every
/// request has (408, 429, 500, 502, 503, 504, 520 to 524, 403 and 413 with Retry-After, network faults; waits of 0, 1,
/// 2, 4 … 120 s). Safe to use from several threads, each call blocking its own; set `headers` before.
class Http {
 public:
  /// Sent with every request.
  Headers headers;

  /// A session with default TLS settings that logs nothing and cannot be stopped.
  Http();
  /// stop: ends waits between retries at once (the request then fails with HttpError), and requests under way 7 s
  /// later. With AfterStop::refuse new requests throw Stopped; with finish they are tried once, for 2 s at least.
  Http(TlsSettings tls, Log log, std::stop_token stop = {}, AfterStop after_stop = AfterStop::refuse,
       Timing timing = {});

  /// Any answer outside 2xx that the request does not allow throws HttpError; 401 and 403 throw it too.
  /// Throws HttpError when no complete answer came, Stopped when the program was already shutting down.
  Response send(const Request& request) const;

  Response get(const std::string& url, const Query& query = {}, const Headers& headers = {}) const;
  /// Sends JSON (Content-Type: application/json unless the headers say otherwise).
  Response post(const std::string& url, const Json& body, const Headers& headers = {}) const;
  /// Sends application/x-www-form-urlencoded.
  Response post_form(const std::string& url, const Query& form, const Headers& headers = {}) const;

  /// Authorization: Basic for every request (RFC 7617, UTF-8).
  void basic_authentication(const std::string& user, const std::string& password);

  /// The cookies that have come so far prove who asks: they go along with every request to their host from now on, not
  /// only below the path that they were set for, and no log shows them.
  void use_cookies_as_credentials() const;

  /// Keeps all requests of this session and its copies within limits. Each try that is answered with 429 or 503 halves
  /// how many are under way, each success adds one; a Retry-After holds for all of them. To be called before requests.
  void keep_within(const RateLimits& limits);

  /// Keeps all requests of this session and its copies to some hosts: the names in their URLs and redirects, and the
  /// addresses that are connected to (through a proxy, the name alone). Those that hand out a machine's credentials
  /// (link-local) are refused always, addresses of this machine unless they are listed as such. A refused request
  /// throws HttpError. To be called before requests.
  void keep_to(Reach reach);

  /// Tells of all requests of this session and its copies. To be called before requests.
  void observe(RequestObserver observer);

  /// Logs in now, again before a login's lifetime ends, and once more for each request that is answered with one of
  /// `expired` (statuses). log_in asks through this session; its own requests carry no login, and no POST of them
  /// follows a redirect to another host. Throws what it throws. Copies of this session share the login.
  void keep_logged_in(std::function<Login()> log_in, std::vector<int> expired = {401});

 private:
  class Session;
  class LoginKeeper;
  std::shared_ptr<Session> session_;
  std::shared_ptr<LoginKeeper> login_;  ///< nothing for sources without a login
};

/// The parts of a URL.
struct UrlParts {
  std::string scheme, host, port, path, query;  ///< port empty when the URL names none; query without '?'
  std::string origin() const;                   ///< scheme://host[:port]
  std::string target() const;                   ///< path[?query], the path at least "/"
};

/// Nothing when the text is not an absolute URL.
std::optional<UrlParts> parse_url(const std::string& url);

}  // namespace connector
