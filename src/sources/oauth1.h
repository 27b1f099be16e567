// The parts of OAuth 1.0a that tests look at one by one.
#pragma once

#include <cstdint>
#include <string>

#include "connector/oauth.h"

namespace connector {

/// The HMAC-SHA1 signature (RFC 5849, 3.4), base64. parameters: the query's and those of the header but the realm.
std::string oauth1_signature(const OAuth1& keys, const std::string& method, const std::string& url,
                             const Query& parameters);

/// What tells a request from others with the same parameters (RFC 5849, 3.3).
struct OAuth1Stamp {
  std::string nonce;
  std::int64_t timestamp = 0;  ///< seconds since 1970
};

/// oauth1_header() with this stamp.
std::string oauth1_header_at(const OAuth1& keys, const std::string& method, const std::string& url, const Query& query,
                             const OAuth1Stamp& stamp);

}  // namespace connector
