#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace connector {

/// A private key that signs JWTs: RSA for RS256, an elliptic curve key on P-256 for ES256 (RFC 7518, 3.3 and 3.4).
class SigningKey {
 public:
  /// text: PEM (unencrypted; line breaks may be written as \n) or a JWK (RFC 7517). Throws ConfigError for anything
  /// else.
  explicit SigningKey(const std::string& text);

  /// RS256 or ES256.
  const std::string& algorithm() const { return algorithm_; }
  /// The "kid" of a JWK; empty when there is none.
  const std::string& key_id() const { return key_id_; }

  /// The signature in the form of RFC 7518. Not encoded.
  std::string sign(std::string_view text) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::string algorithm_;
  std::string key_id_;
};

/// Base64 with '-' and '_' and without padding (RFC 4648, 5).
std::string base64url(std::string_view bytes);

/// 128 random bits as 32 hexadecimal digits.
std::string random_nonce();

}  // namespace connector
