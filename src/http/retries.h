#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "connector/http.h"

namespace connector::http {

/// Whether a response may be followed by a better one: 408, 429, 500, 502, 503, 504, 520 to 524, and with Retry-After
/// 403 and 413.
bool transient(const Response& response);

/// The response's Retry-After header. A 429 without one may name the end of its rate limit in X-Rate-Limit-Reset (Okta)
/// or X-RateLimit-Reset, in the vendor's unit: that, as seconds from now.
std::optional<std::string> retry_after_of(const Response& response, ResetUnit unit,
                                          std::chrono::system_clock::time_point now);

/// How long to wait before retry 0, 1, 2 … 9. retry_after: what the response says, if it does.
std::chrono::seconds wait_before(int retry, const std::optional<std::string>& retry_after,
                                 std::chrono::system_clock::time_point now);

/// The wait of a session that nobody gave another one.
void wait_for_real(std::chrono::seconds duration, const std::stop_token& stop);

}  // namespace connector::http
