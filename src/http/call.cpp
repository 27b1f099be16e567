#include "http/call.h"

#include <algorithm>

#include "http/proxy.h"
#include "http/retries.h"
#include "version.h"

namespace connector::http {
namespace {

constexpr int max_redirects = 30;

bool is_method(const std::string& text) {
  return !text.empty() && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
}

bool has_line_break(const std::string& text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
}

/// The address of a request that has not begun; there is nothing yet that could be shown of a wrong one.
Address address_of(const Request& request) {
  const std::optional<Address> address = parse_address(with_query(request.url, request.query));
  if (!address) throw HttpError(request.method + ": the address is not an http or https URL", 0, false);
  return *address;
}

/// The session's headers, with the request's own in the place of those of the same name.
Headers merged(const Headers& defaults, const Headers& own) {
  Headers headers = defaults;
  for (const auto& [name, value] : own) headers.remove(name);
  for (const auto& [name, value] : own) headers.add(name, value);
  return headers;
}

Headers complete_headers(const Headers& defaults, const Headers& own, const Address& address) {
  Headers headers = merged(defaults, own);
  if (!headers.contains("User-Agent")) headers.add("User-Agent", "oomnitza-connector/" + std::string(product_version));
  if (!(address.user.empty() && address.password.empty()) && !headers.contains("Authorization")) {
    headers.add("Authorization", "Basic " + base64(address.user + ":" + address.password));
  }
  return headers;
}

bool may_pass(const Outcome& outcome) {
  return outcome.fault == Fault::none ? transient(outcome.response) : outcome.fault == Fault::transient;
}

/// 0 when the response is not complete.
int status_of(const Outcome& outcome) {
  return outcome.fault == Fault::none ? outcome.response.status : 0;
}

}  // namespace

Call::Call(const Request& request, const Headers& defaults, const CallContext& context)
    : request_(request),
      log_(context.log),
      timing_(context.timing),
      context_(context),
      connections_(context.connections),
      connection_(connections_.take()),
      address_(address_of(request)),
      method_(request.method),
      headers_(complete_headers(defaults, request.headers, address_)) {
  if (!is_method(method_)) throw error("invalid HTTP method");
  for (const auto& [name, value] : headers_) {
    if (name.empty() || has_line_break(name) || has_line_break(value)) {
      throw error("the header " + excerpt(name) + " has a line break");
    }
  }
}

Response Call::run() {
  if (context_.reach != nullptr) context_.reach->note(address_.host);
  while (true) {
    Outcome outcome = try_within_limits();
    const bool complete = outcome.fault == Fault::none;
    if (complete && wanted(outcome.response)) return std::move(outcome.response);
    if (complete && redirects(outcome.response)) {
      follow(outcome.response);
    } else {
      if (!may_retry(outcome)) throw error(outcome);
      wait_for_next_try(outcome);
    }
  }
}

Outcome Call::try_within_limits() {
  if (context_.concurrency == nullptr) return try_once();
  const EitherStop stop(connections_.stop(), request_.abandon);
  const AdaptiveConcurrency::Pass pass(*context_.concurrency, stop.token());
  Outcome outcome = try_once();
  const int status = status_of(outcome);
  if ((status == 429 || status == 503) && !wanted(outcome.response)) {
    const auto now = std::chrono::system_clock::now();
    context_.concurrency->note_refusal(wait_before(0, retry_after_of(outcome.response, context_.reset, now), now));
  } else if (status != 0) {
    context_.concurrency->note_success();
  }
  return outcome;
}

Outcome Call::try_once() {
  const std::string none;
  Connection& connection = stranger_ ? *stranger_ : *connection_;
  Outcome outcome =
      connection.perform({.method = method_,
                          .address = address_,
                          .headers = headers_,
                          .body = sends_body_ ? request_.body : none,
                          .idle_timeout = request_.idle_timeout,
                          .time_limit = request_.time_limit,
                          .max_body = request_.max_body,
                          .sink = request_.sink,
                          .certificate = request_.certificate && !stranger_ ? &*request_.certificate : nullptr,
                          .reach = context_.reach,
                          .unix_socket = stranger_ ? nullptr : &request_.unix_socket});
  if (stranger_) connection_->add_cookies(stranger_->cookies());  // for the session's later requests
  outcome.response.url = address_.shown;
  outcome.response.method = method_;
  if (context_.observer) context_.observer(address_.host, status_of(outcome));
  log_.debug("{} {}: {}", method_, address_.shown,
             outcome.fault == Fault::none ? "status " + std::to_string(outcome.response.status) : outcome.cause);
  return outcome;
}

bool Call::wanted(const Response& response) const {
  const bool redirect = response.status / 100 == 3;
  return response.ok() || (redirect && !request_.follow_redirects) ||
         std::find(request_.allow.begin(), request_.allow.end(), response.status) != request_.allow.end() ||
         (request_.accept && request_.accept(response));
}

bool Call::may_retry(const Outcome& outcome) const {
  return request_.retry && (method_ == "GET" || method_ == "POST") && may_pass(outcome) &&
         (!outcome.sunk || request_.restart) && retries_ < timing_.max_retries;
}

void Call::wait_for_next_try(const Outcome& outcome) {
  const auto now = std::chrono::system_clock::now();
  const auto duration = wait_before(retries_, retry_after_of(outcome.response, context_.reset, now), now);
  log_.warning("{}; retry {} of {} in {} s", error(outcome).what(), retries_ + 1, timing_.max_retries,
               duration.count());
  const EitherStop stop(connections_.stop(), request_.abandon);
  timing_.wait(duration, stop.token());
  if (request_.abandon.stop_requested()) throw Stopped();
  if (connections_.stop().stop_requested()) {
    throw error(problem(outcome) + "; not retried: shutting down", status_of(outcome), outcome.fault != Fault::none);
  }
  if (outcome.sunk) request_.restart();
  ++retries_;
}

bool Call::redirects(const Response& response) const {
  switch (response.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return response.headers.contains("Location");
    default:
      return false;
  }
}

void Call::follow(const Response& response) {
  if (++redirects_ > max_redirects) throw error("redirected more than 30 times", response.status);
  const std::optional<Address> target = redirected(address_, *response.headers.find("Location"));
  if (!target) throw error("redirected to an address that is not an http or https URL", response.status);
  if (!address_.trusts(*target)) {
    if (request_.stay_on_host && request_.method == "POST") {
      throw error("redirected to another host, " + target->shown + "; not followed", response.status);
    }
    leave_credentials();
  }
  if (response.status == 303 && method_ != "HEAD") {
    if (sends_body_ && method_ != "GET") headers_.remove("Content-Type");
    sends_body_ = sends_body_ && method_ == "GET";
    method_ = "GET";
  }
  address_ = *target;
}

void Call::leave_credentials() {
  for (const char* name : {"Authorization", "Authorization2", "X-CSRF-Token", "Cookie", "Host"}) headers_.remove(name);
  for (const std::string& name : request_.secret_headers) headers_.remove(name);
  if (!stranger_) stranger_ = connections_.stranger();
}

std::string Call::problem(const Outcome& outcome) const {
  if (outcome.fault != Fault::none) return outcome.cause;
  std::string text = "status " + std::to_string(outcome.response.status);
  if (outcome.response.status == 407) return text + ": " + proxy_credentials_hint;
  const std::string answer = excerpt(outcome.response.body, log_);
  return answer.empty() ? text : text + ": " + answer;
}

HttpError Call::error(const Outcome& outcome) const {
  const bool used_up = retries_ == timing_.max_retries && may_pass(outcome);
  const bool is_cut_short = outcome.fault != Fault::none && connections_.stop().stop_requested();
  return error(problem(outcome) + (used_up && retries_ > 0 ? fmt::format(" (after {} tries)", retries_ + 1) : ""),
               status_of(outcome), used_up || is_cut_short);
}

HttpError Call::error(const std::string& problem, int status, bool retries_exhausted) const {
  return HttpError(log_.redact(method_ + " " + address_.shown + ": " + problem), status, retries_exhausted);
}

}  // namespace connector::http
