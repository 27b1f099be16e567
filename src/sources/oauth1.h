// The parts of OAuth 1.0a that tests look at one by one.
#pragma once

#include <cstdint>
#include <string>

#include "connector/oauth.h"

namespace connector {

/// The HMAC-SHA1 signature (RFC 5849, 3.4), base64. parameters: the query's and those of the header but the realm.
std::string oauth1_signature(const OAuth1& keys, const std::string& method, const std::string& url,
                             const Query& parameters);

/// oauth1_header() with this nonce and this time, in seconds since 1970.
std::string oauth1_header_at(const OAuth1& keys, const std::string& method, const std::string& url, const Query& query,
                             const std::string& nonce, std::int64_t timestamp);

}  // namespace connector
