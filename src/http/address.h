#pragma once

#include <optional>
#include <string>

#include "connector/http.h"

namespace connector::http {

/// Where a request goes.
struct Address {
  std::string url;       ///< as it is asked for: without user, password and fragment
  std::string shown;     ///< origin and path, for messages
  std::string scheme;    ///< http or https
  std::string host;      ///< lower case
  std::string port;      ///< the scheme's own when the URL names none
  std::string user;      ///< decoded
  std::string password;  ///< decoded

  /// Whether credentials for this address may go along to that one: the same host and port, or http turned into https
  /// on the usual ports.
  bool trusts(const Address& target) const;
};

/// A host's name as DNS knows it: names beyond ASCII in the form xn--… (IDNA 2008), whatever the locale. One that
/// cannot be written so comes back as it is.
std::string ascii_host(const std::string& host);

/// Nothing when the text is not an http or https URL.
std::optional<Address> parse_address(const std::string& url);

/// The target of a redirect, relative or absolute. Nothing when that is not an http or https URL.
std::optional<Address> redirected(const Address& from, const std::string& location);

/// The URL with more names and values behind its query, percent-encoded.
std::string with_query(std::string url, const Query& query);

/// name=value&name=value, percent-encoded.
std::string query_text(const Query& query);

}  // namespace connector::http
