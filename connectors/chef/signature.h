#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "connector/http.h"

struct evp_pkey_st;

namespace connector::chef {

/// An RSA private key.
class PrivateKey {
 public:
  /// pem: PKCS#1 or PKCS#8, not encrypted. Throws std::invalid_argument when it is none, or no RSA key.
  static PrivateKey from_pem(const std::string& pem);

  /// The private-key operation on the text itself, padded by PKCS#1 v1.5 type 1, without a digest. Throws
  /// std::invalid_argument when the key is too short for the text.
  std::string sign_raw(std::string_view text) const;

  /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2).
  std::string sign_sha256(std::string_view text) const;

 private:
  explicit PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}

  std::shared_ptr<evp_pkey_st> key_;
};

enum class SignVersion { v1_0, v1_3 };

/// A request without a body, to be signed. (Chef's signed headers: docs.chef.io/server/api_chef_server, "Authentication
/// Headers".)
struct SignedRequest {
  std::string method;
  std::string path;  ///< of the URL, without its query
  std::chrono::system_clock::time_point time;
  std::string user;
};

/// The text that is signed.
std::string canonical_text(const SignedRequest& request, SignVersion version);

/// The headers that prove who asks. Throws std::invalid_argument for a key that is too short.
Headers signed_headers(const SignedRequest& request, SignVersion version, const PrivateKey& key);

}  // namespace connector::chef
