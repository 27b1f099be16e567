#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "connector/http.h"

namespace connector::http {

inline constexpr int max_retries = 10;

/// Whether an answer with this status may be followed by a better one.
bool transient(const Response& response);

/// How long to wait before repeat 0, 1, 2 … 9. retry_after: the answer's header of that name, if it had one.
std::chrono::seconds wait_before(int repeat, const std::optional<std::string>& retry_after,
                                 std::chrono::system_clock::time_point now);

/// The wait of a session that nobody gave another one.
void wait_for_real(std::chrono::seconds duration, const std::stop_token& stop);

}  // namespace connector::http
