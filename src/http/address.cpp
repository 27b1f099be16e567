#include "http/address.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <idn2.h>

#include <algorithm>
#include <memory>

#include "text/text.h"

namespace connector {
namespace {

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

UrlHandle url_handle() {
  UrlHandle handle(curl_url(), curl_url_cleanup);
  if (!handle) throw std::bad_alloc();
  return handle;
}

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// What no URL may hold behind its host: blanks, bytes outside ASCII, some signs, and a '%' that encodes nothing.
bool must_be_encoded(std::string_view url, std::size_t place) {
  const char c = url[place];
  if (c == '%') return place + 2 >= url.size() || !is_hexadecimal(url.substr(place + 1, 2));
  return static_cast<unsigned char>(c) >= 0x80 || std::string_view(" \"<>\\^`{|}").find(c) != std::string_view::npos;
}

/// libcurl would encode bytes outside ASCII alone, in lower case digits, and blanks of a query as '+'.
std::string encoded(std::string_view url) {
  const std::size_t slash = url.find_first_of("/?#");
  const bool has_host = slash > 0 && slash == url.find("://") + 1;
  std::string text(url.substr(0, has_host ? url.find_first_of("/?#", slash + 2) : 0));
  for (std::size_t i = text.size(); i < url.size(); ++i) {
    if (must_be_encoded(url, i)) {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(url[i]));
    } else {
      text += url[i];
    }
  }
  return text;
}

/// Characters that no URL may hold are encoded, as browsers do.
bool read(const UrlHandle& handle, const std::string& url) {
  return url.find('\0') == std::string::npos && curl_url_set(handle.get(), CURLUPART_URL, encoded(url).c_str(),
                                                             CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
}

std::string part(const UrlHandle& handle, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle.get(), which, &text, flags) != CURLUE_OK) return {};
  std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return text;
}

UrlParts parts(const UrlHandle& handle) {
  return {part(handle, CURLUPART_SCHEME), part(handle, CURLUPART_HOST), part(handle, CURLUPART_PORT),
          part(handle, CURLUPART_PATH), part(handle, CURLUPART_QUERY)};
}

std::optional<http::Address> address(const UrlHandle& handle) {
  UrlParts url = parts(handle);
  if ((url.scheme != "http" && url.scheme != "https") || url.host.empty()) return std::nullopt;
  const std::string shown = url.origin() + url.path;
  url.host = http::ascii_host(url.host);
  if (url.host.find('%') != std::string::npos) return std::nullopt;  // it would be decoded once more
  return http::Address{.url = url.origin() + url.target(),
                       .shown = shown,
                       .scheme = url.scheme,
                       .host = ascii_lower_case(url.host),
                       .port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT),
                       .user = part(handle, CURLUPART_USER, CURLU_URLDECODE),
                       .password = part(handle, CURLUPART_PASSWORD, CURLU_URLDECODE)};
}

}  // namespace

std::string UrlParts::origin() const {
  return scheme + "://" + host + (port.empty() ? "" : ":" + port);
}

std::string UrlParts::target() const {
  return (path.empty() ? "/" : path) + (query.empty() ? "" : "?" + query);
}

std::optional<UrlParts> parse_url(const std::string& url) {
  const UrlHandle handle = url_handle();
  if (!read(handle, url)) return std::nullopt;
  return parts(handle);
}

namespace http {

bool Address::trusts(const Address& target) const {
  if (host != target.host) return false;
  if (port == target.port) return scheme == target.scheme || target.scheme == "https";
  return scheme == "http" && port == "80" && target.scheme == "https" && target.port == "443";
}

std::string ascii_host(const std::string& host) {
  if (std::all_of(host.begin(), host.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return host;
  char* ascii = nullptr;
  const int result = idn2_to_ascii_8z(host.c_str(), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&idn2_free)> owner(ascii, idn2_free);
  return result == IDN2_OK ? std::string(ascii) : host;
}

std::optional<Address> parse_address(const std::string& url) {
  const UrlHandle handle = url_handle();
  if (!read(handle, url)) return std::nullopt;
  return address(handle);
}

std::optional<Address> redirected(const Address& from, const std::string& location) {
  const UrlHandle handle = url_handle();
  if (!read(handle, from.url) || !read(handle, location)) return std::nullopt;
  return address(handle);
}

std::string with_query(std::string url, const Query& query) {
  if (query.empty()) return url;
  url.erase(std::min(url.find('#'), url.size()));
  if (url.find('?') == std::string::npos) {
    url += '?';
  } else if (url.back() != '?' && url.back() != '&') {
    url += '&';
  }
  return url + query_text(query);
}

std::string query_text(const Query& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    if (!text.empty()) text += '&';
    text += percent_encoded(name) + '=' + percent_encoded(value);
  }
  return text;
}

}  // namespace http
}  // namespace connector
