// For connection.cpp alone.
#pragma once

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "http/connection.h"
#include "http/content_decoder.h"

namespace connector::http {

inline constexpr std::size_t max_head = std::size_t{256} << 10;
inline constexpr std::size_t max_head_lines = 2000;  // libcurl compares each with all others

/// What happens while a request is under way.
struct Transfer {
  using Clock = std::chrono::steady_clock;
  enum class Ended {
    by_itself,
    stopped,
    idle,
    too_slow,
    dripping,
    dropped,
    too_large,
    head_too_large,
    too_many_lines,
    corrupt,
    by_sink
  };

  const Exchange& exchange;
  const StopClock& stop;
  CURL* handle;
  bool is_direct = true;  ///< not through a proxy, whose own address is connected to
  Clock::time_point begun = Clock::now();
  Clock::time_point last_byte = begun;
  Clock::time_point recent_since = begun;  ///< since when recent_bytes came
  std::size_t recent_bytes = 0;
  curl_off_t bytes_moved = 0;
  bool connected = false;
  std::size_t head_size = 0;
  std::size_t head_lines = 0;
  bool head_complete = false;
  std::optional<ContentDecoder> decoder = {};  ///< once the body has begun
  std::string body = {};
  bool sunk = false;
  Ended ended = Ended::by_itself;
  std::exception_ptr thrown = {};
  std::string refusal = {};  ///< why an address of the host was not connected to

  int status() const {
    long code = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    return static_cast<int>(code);
  }

  bool take(std::string_view piece) {
    last_byte = Clock::now();
    if (drips(piece.size())) ended = Ended::dripping;
    if (!decoder) decoder.emplace(content_encoding());
    const bool goes_on = decoder->decode(piece, [this](std::string_view part) { return keep(part); });
    if (decoder->is_corrupt()) ended = Ended::corrupt;
    return goes_on && ended != Ended::dripping;
  }

  /// Whether the body comes so slowly that it would hold its section for ever.
  bool drips(std::size_t bytes) {
    constexpr std::size_t lowest_rate = 100;  // bytes a second
    recent_bytes += bytes;
    const auto passed = last_byte - recent_since;
    if (passed < exchange.idle_timeout) return false;
    const bool is_slow = recent_bytes < lowest_rate * static_cast<std::size_t>(exchange.idle_timeout.count());
    recent_since = last_byte;
    recent_bytes = 0;
    return is_slow;
  }

  bool is_body_complete() const { return !decoder || decoder->is_complete(); }

  bool keep(std::string_view piece) {
    if (exchange.sink && status() / 100 == 2) return sink(piece);
    if (body.size() + piece.size() > exchange.max_body) {
      ended = Ended::too_large;
      return false;
    }
    if (body.empty()) body.reserve(std::min(announced_size(), exchange.max_body));
    body.append(piece);
    return true;
  }

  std::string_view content_encoding() const {
    curl_header* header = nullptr;
    const CURLHcode found = curl_easy_header(handle, "Content-Encoding", 0, CURLH_HEADER, -1, &header);
    return found == CURLHE_OK ? header->value : "";
  }

  /// What Content-Length says, 0 when there is none.
  std::size_t announced_size() const {
    curl_off_t size = 0;
    curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
  }

  bool sink(std::string_view piece) {
    try {
      sunk = true;
      exchange.sink(piece);
    } catch (...) {  // must not fly through libcurl's C; perform() throws it on
      thrown = std::current_exception();
      ended = Ended::by_sink;
    }
    return ended == Ended::by_itself;
  }

  bool take_head(std::string_view line) {
    last_byte = Clock::now();
    head_size += line.size();
    head_complete = head_complete || line == "\r\n" || line == "\n";
    if (line.starts_with("HTTP/")) head_complete = false;
    if (++head_lines > max_head_lines) ended = Ended::too_many_lines;
    if (head_size > max_head) ended = Ended::head_too_large;
    return ended == Ended::by_itself;
  }

  /// libcurl asks for each address that a name has, just before it connects.
  bool may_connect(const sockaddr& target) {
    if (!is_direct || exchange.reach == nullptr) return true;
    const std::optional<IpAddress> ip = ip_address_of(target);
    if (!ip) return true;
    std::string reason = exchange.reach->refusal(exchange.address.host, *ip);
    if (reason.empty()) return true;
    refusal = std::move(reason);
    return false;
  }

  /// libcurl retries by itself what a reused connection has lost. Repeats are ours: they are counted and limited.
  bool begin() {
    if (connected) ended = Ended::dropped;
    connected = true;
    last_byte = recent_since = Clock::now();
    return ended == Ended::by_itself;
  }

  bool go_on(curl_off_t moved) {
    if (moved != bytes_moved) last_byte = Clock::now();
    bytes_moved = moved;
    if (stop.ends_request(begun)) ended = Ended::stopped;
    if (connected && Clock::now() - last_byte > exchange.idle_timeout) ended = Ended::idle;
    if (exchange.time_limit.count() > 0 && Clock::now() - begun > exchange.time_limit) ended = Ended::too_slow;
    return ended == Ended::by_itself;
  }
};

}  // namespace connector::http
