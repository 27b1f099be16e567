#pragma once

#include <memory>
#include <string>

#include "connector/http.h"
#include "http/adaptive_concurrency.h"
#include "http/address.h"
#include "http/connections.h"

namespace connector::http {

/// What the calls of a session have in common. Outlives them.
struct CallContext {
  Connections& connections;
  const Log& log;
  const Timing& timing;              ///< its wait is there
  AdaptiveConcurrency* concurrency;  ///< nullptr: without limits
  ResetUnit reset = ResetUnit::either;
  const ReachGuard* reach = nullptr;  ///< nullptr: anywhere
  const RequestObserver& observer;    ///< empty: nobody
};

/// One send() from the first try to the response: retries and redirects.
class Call {
 public:
  /// defaults: the session's headers, under the request's own.
  Call(const Request& request, const Headers& defaults, const CallContext& context);

  Response run();

 private:
  Outcome try_within_limits();
  Outcome try_once();
  bool wanted(const Response& response) const;
  bool may_retry(const Outcome& outcome) const;
  void wait_for_next_try(const Outcome& outcome);
  bool redirects(const Response& response) const;
  void follow(const Response& response);
  void leave_credentials();
  std::string problem(const Outcome& outcome) const;
  HttpError error(const Outcome& outcome) const;
  HttpError error(const std::string& problem, int status = 0, bool retries_exhausted = false) const;

  const Request& request_;
  const Log& log_;
  const Timing& timing_;
  const CallContext context_;
  Connections& connections_;
  Connections::Lease connection_;
  std::unique_ptr<Connection> stranger_;  ///< takes over when a redirect leaves the host
  Address address_;
  std::string method_;
  Headers headers_;
  bool sends_body_ = true;  ///< false for a POST that a redirect turned into a GET
  int retries_ = 0;
  int redirects_ = 0;
};

}  // namespace connector::http
