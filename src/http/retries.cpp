#include "http/retries.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "platform/wait.h"

namespace connector::http {
namespace {

using std::chrono::seconds;

constexpr std::array waits{0, 1, 2, 4, 8, 16, 32, 64, 120, 120};
constexpr std::size_t digits_of_a_moment = 10;  // seconds since 1970, from 2001 to 2286
constexpr seconds longest_wait = std::chrono::minutes(15);

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// A Retry-After header: seconds, or an HTTP date, which begins with the day's name.
std::optional<seconds> asked_wait(const std::string& text, std::chrono::system_clock::time_point now) {
  if (is_number(text)) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() ? seconds(number) : longest_wait;
  }
  const bool begins_with_letter =
      !text.empty() && std::string_view("SMTWF").find(text.front()) != std::string_view::npos;
  const time_t date = begins_with_letter ? curl_getdate(text.c_str(), nullptr) : -1;
  if (date == -1) return std::nullopt;
  // Seconds, not the clock's nanoseconds: those end in 2262.
  return seconds(date) - std::chrono::floor<seconds>(now.time_since_epoch());
}

}  // namespace

bool transient(const Response& response) {
  if (response.status >= 520 && response.status <= 524) return true;  // a proxy's (Cloudflare) about the server
  switch (response.status) {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    case 403:
    case 413:
      return response.headers.contains("Retry-After");
    default:
      return false;
  }
}

std::optional<std::string> retry_after_of(const Response& response, ResetUnit unit,
                                          std::chrono::system_clock::time_point now) {
  if (const auto retry_after = response.headers.find("Retry-After")) return retry_after;
  if (response.status != 429) return std::nullopt;
  for (const char* name : {"X-Rate-Limit-Reset", "X-RateLimit-Reset"}) {
    const auto reset = response.headers.find(name);
    if (!reset || !is_number(*reset) || reset->size() > digits_of_a_moment) continue;
    const bool is_moment =
        unit == ResetUnit::epoch_seconds || (unit == ResetUnit::either && reset->size() == digits_of_a_moment);
    if (!is_moment) return reset;
    const seconds left = seconds(std::stoll(*reset)) - std::chrono::floor<seconds>(now.time_since_epoch());
    return std::to_string(std::max(left, seconds(0)).count());
  }
  return std::nullopt;
}

seconds wait_before(int retry, const std::optional<std::string>& retry_after,
                    std::chrono::system_clock::time_point now) {
  if (retry_after) {
    if (const auto asked = asked_wait(*retry_after, now)) return std::clamp(*asked, seconds(0), longest_wait);
  }
  return seconds(waits.at(static_cast<std::size_t>(retry)));
}

void wait_for_real(seconds duration, const std::stop_token& stop) {
  wait_for(duration, stop);
}

}  // namespace connector::http
