#include "sources/signing_key.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <vector>

#include "connector/error.h"
#include "connector/http.h"
#include "connector/json.h"

namespace connector {
namespace {

template <class Object, void (*release)(Object*)>
struct Release {
  void operator()(Object* object) const { release(object); }
};
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX, EVP_MD_CTX_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM, OSSL_PARAM_free>>;
using Number = std::unique_ptr<BIGNUM, Release<BIGNUM, BN_clear_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG, ECDSA_SIG_free>>;
using Key = std::shared_ptr<EVP_PKEY>;

constexpr int p256_bytes = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

ConfigError unusable(const std::string& reason) {
  ERR_clear_error();
  return ConfigError("the private key cannot be used: " + reason);
}

/// Nothing when the text is not base64url.
std::optional<std::string> base64url_decoded(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return base64_decoded(text);
}

/// A key's parameters, on their way from a JWK to OpenSSL.
class JwkParameters {
 public:
  explicit JwkParameters(const Json& jwk) : jwk_(jwk), builder_(OSSL_PARAM_BLD_new()) {
    if (!builder_) throw std::bad_alloc();
  }

  void add_number(const char* name, const char* member) {
    const std::string value = bytes(member);
    Number number(BN_bin2bn(bytes_of(value), static_cast<int>(value.size()), nullptr));
    if (!number || OSSL_PARAM_BLD_push_BN(builder_.get(), name, number.get()) != 1) throw std::bad_alloc();
    numbers_.push_back(std::move(number));
  }

  void add_curve(const char* curve) {
    if (OSSL_PARAM_BLD_push_utf8_string(builder_.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) != 1) {
      throw std::bad_alloc();
    }
  }

  void add_point(const char* x, const char* y) {
    point_ = "\x04" + bytes(x) + bytes(y);  // uncompressed
    if (OSSL_PARAM_BLD_push_octet_string(builder_.get(), OSSL_PKEY_PARAM_PUB_KEY, point_.data(), point_.size()) != 1) {
      throw std::bad_alloc();
    }
  }

  /// type: "RSA" or "EC".
  Key key(const char* type) const {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder_.get()));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* made = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
      throw unusable("the JWK's values do not make a key");
    }
    return {made, EVP_PKEY_free};
  }

 private:
  std::string bytes(const char* member) const {
    const Json& value = at(jwk_, member);
    const auto decoded = value.is_string() ? base64url_decoded(value.get<std::string>()) : std::nullopt;
    if (!decoded || decoded->empty()) {
      throw unusable(fmt::format("its member \"{}\" is missing or is not base64url", member));
    }
    return *decoded;
  }

  const Json& jwk_;
  ParameterBuilder builder_;
  std::vector<Number> numbers_;  // OpenSSL copies neither these nor the point until key()
  std::string point_;
};

Key rsa_key(const Json& jwk) {
  JwkParameters parameters(jwk);
  parameters.add_number(OSSL_PKEY_PARAM_RSA_N, "n");
  parameters.add_number(OSSL_PKEY_PARAM_RSA_E, "e");
  parameters.add_number(OSSL_PKEY_PARAM_RSA_D, "d");
  if (jwk.contains("p")) {
    parameters.add_number(OSSL_PKEY_PARAM_RSA_FACTOR1, "p");
    parameters.add_number(OSSL_PKEY_PARAM_RSA_FACTOR2, "q");
    parameters.add_number(OSSL_PKEY_PARAM_RSA_EXPONENT1, "dp");
    parameters.add_number(OSSL_PKEY_PARAM_RSA_EXPONENT2, "dq");
    parameters.add_number(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, "qi");
  }
  return parameters.key("RSA");
}

Key p256_key(const Json& jwk) {
  JwkParameters parameters(jwk);
  parameters.add_curve("P-256");
  parameters.add_point("x", "y");
  parameters.add_number(OSSL_PKEY_PARAM_PRIV_KEY, "d");
  return parameters.key("EC");
}

Key key_from_jwk(const Json& jwk) {
  if (!jwk.contains("d")) throw unusable("the JWK has no member \"d\", so it is a public key or none at all");
  if (at(jwk, "kty") == "RSA") return rsa_key(jwk);
  if (at(jwk, "kty") == "EC" && at(jwk, "crv") == "P-256") return p256_key(jwk);
  throw unusable("the JWK must have \"kty\": \"RSA\", or \"kty\": \"EC\" with \"crv\": \"P-256\"");
}

Key key_from_pem(std::string text) {
  for (std::size_t place = 0; (place = text.find("\\n", place)) != std::string::npos;) text.replace(place, 2, "\n");
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                      &BIO_free);
  const auto no_password = [](char*, int, int, void*) { return -1; };  // otherwise OpenSSL asks on the terminal
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr), EVP_PKEY_free);
  if (!key) throw unusable("it is neither an unencrypted private key in PEM form nor a JWK");
  return key;
}

Json parsed_jwk(const std::string& text) {
  try {
    return parse_json(text);
  } catch (const JsonError&) {  // its text might quote the key
    throw unusable("it begins like a JWK but is not valid JSON");
  }
}

std::string algorithm_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) return "RS256";
  std::array<char, 64> curve{};
  if (EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_group_name(key, curve.data(), curve.size(), nullptr) == 1 &&
      std::string_view(curve.data()) == SN_X9_62_prime256v1) {
    return "ES256";
  }
  throw unusable("it must be an RSA key or an elliptic curve key on P-256");
}

/// From OpenSSL's ASN.1 form to r and s, 32 bytes each.
std::string fixed_size_signature(const std::string& der) {
  const unsigned char* next = bytes_of(der);
  const EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der.size())));
  std::array<unsigned char, 2 * p256_bytes> bytes{};
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes.data(), p256_bytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes.data() + p256_bytes, p256_bytes) < 0) {
    throw unusable("OpenSSL cannot sign with it");
  }
  return {bytes.begin(), bytes.end()};
}

}  // namespace

SigningKey::SigningKey(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string::npos && text[begin] == '{') {
    const Json jwk = parsed_jwk(text);
    key_ = key_from_jwk(jwk);
    if (at(jwk, "kid").is_string()) key_id_ = at(jwk, "kid").get<std::string>();
  } else {
    key_ = key_from_pem(text);
  }
  algorithm_ = algorithm_of(key_.get());
}

std::string SigningKey::sign(std::string_view text) const {
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t length = 0;
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &length, bytes_of(text), text.size()) != 1) {
    throw unusable("OpenSSL cannot sign with it");
  }
  std::string signature(length, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, bytes_of(text),
                     text.size()) != 1) {
    throw unusable("OpenSSL cannot sign with it");
  }
  signature.resize(length);
  return algorithm_ == "ES256" ? fixed_size_signature(signature) : signature;
}

std::string base64url(std::string_view bytes) {
  std::string text = base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(std::min(text.find('='), text.size()));
  return text;
}

std::string random_nonce() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("OpenSSL gives no random bytes");
  }
  std::string text;
  for (const unsigned byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace connector
