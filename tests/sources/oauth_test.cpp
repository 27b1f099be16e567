#include "connector/oauth.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <map>
#include <memory>

#include "sources/oauth1.h"
#include "sources/signing_key.h"
#include "support/loopback_server.h"
#include "support/temporary_folder.h"

namespace connector::oauth_test {

using test::LoopbackServer;
using Key = std::shared_ptr<EVP_PKEY>;

Key new_rsa_key() {
  return {EVP_RSA_gen(2048), EVP_PKEY_free};
}
Key new_ec_key(const char* curve = "P-256") {
  return {EVP_EC_gen(curve), EVP_PKEY_free};
}

std::string pem_of(const Key& key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

/// A number of the key as base64url, with as many bytes as it needs, or `size`.
std::string number_of(const Key& key, const char* name, int size = 0) {
  BIGNUM* number = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key.get(), name, &number), 1) << name;
  std::string bytes(static_cast<std::size_t>(std::max(size, BN_num_bytes(number))), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_free(number);
  return base64url(bytes);
}

Json jwk_of_rsa(const Key& key) {
  return {{"kty", "RSA"},
          {"n", number_of(key, OSSL_PKEY_PARAM_RSA_N)},
          {"e", number_of(key, OSSL_PKEY_PARAM_RSA_E)},
          {"d", number_of(key, OSSL_PKEY_PARAM_RSA_D)},
          {"p", number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR1)},
          {"q", number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR2)},
          {"dp", number_of(key, OSSL_PKEY_PARAM_RSA_EXPONENT1)},
          {"dq", number_of(key, OSSL_PKEY_PARAM_RSA_EXPONENT2)},
          {"qi", number_of(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1)}};
}

Json jwk_of_ec(const Key& key) {
  return {{"kty", "EC"},
          {"crv", "P-256"},
          {"x", number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, 32)},
          {"y", number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32)},
          {"d", number_of(key, OSSL_PKEY_PARAM_PRIV_KEY, 32)}};
}

std::string base64url_decoded(std::string text) {
  EXPECT_EQ(text.find_first_of("+/="), std::string::npos) << text;
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return base64_decoded(text).value_or("not base64");
}

/// The ASN.1 form that OpenSSL verifies.
std::string asn1_signature(const std::string& raw) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(ECDSA_SIG_new(), &ECDSA_SIG_free);
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(signature.get(), &der);
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return text;
}

struct Jwt {
  explicit Jwt(const std::string& text) {
    const std::size_t first = text.find('.');
    const std::size_t second = text.find('.', first + 1);
    signed_text = text.substr(0, second);
    header = parse_json(base64url_decoded(text.substr(0, first)));
    claims = parse_json(base64url_decoded(text.substr(first + 1, second - first - 1)));
    signature = base64url_decoded(text.substr(second + 1));
  }

  bool is_signed_by(const Key& key) const {
    const bool is_ec = EVP_PKEY_is_a(key.get(), "EC") == 1;
    if (is_ec && signature.size() != 64) return false;
    const std::string form = is_ec ? asn1_signature(signature) : signature;
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(form.data()), form.size(),
                            reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size()) == 1;
  }

  Json header;
  Json claims;
  std::string signed_text;
  std::string signature;
};

std::string complaint_of(const std::string& key) {
  try {
    signed_jwt({{"iss", "me"}}, key, "");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(SignedJwt, IsSignedWithTheRsaKeyOfAPem) {
  const Key key = new_rsa_key();
  const Jwt jwt(signed_jwt({{"iss", "mé"}}, pem_of(key), "key-1"));
  EXPECT_EQ(jwt.header, (Json{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "key-1"}}));
  EXPECT_EQ(jwt.claims, (Json{{"iss", "mé"}}));
  EXPECT_TRUE(jwt.is_signed_by(key));
  EXPECT_FALSE(jwt.is_signed_by(new_rsa_key()));
}

TEST(SignedJwt, IsSignedWithTheEllipticCurveKeyOfAPem) {
  const Key key = new_ec_key();
  for (int i = 0; i < 50; ++i) {  // r and s begin with zero bytes now and then
    const Jwt jwt(signed_jwt({{"jti", i}}, pem_of(key), ""));
    EXPECT_EQ(jwt.header, (Json{{"alg", "ES256"}, {"typ", "JWT"}}));
    EXPECT_TRUE(jwt.is_signed_by(key));
  }
  EXPECT_FALSE(Jwt(signed_jwt({{"jti", 1}}, pem_of(key), "")).is_signed_by(new_ec_key()));
}

TEST(SignedJwt, IsSignedWithAJwk) {
  const Key rsa = new_rsa_key();
  EXPECT_TRUE(Jwt(signed_jwt({{"iss", "me"}}, to_text(jwk_of_rsa(rsa)), "")).is_signed_by(rsa));
  const Key ec = new_ec_key();
  EXPECT_TRUE(Jwt(signed_jwt({{"iss", "me"}}, to_text(jwk_of_ec(ec), 2), "")).is_signed_by(ec));
}

TEST(SignedJwt, TakesAnRsaJwkWithoutPrimes) {
  const Key key = new_rsa_key();
  Json jwk = jwk_of_rsa(key);
  for (const char* member : {"p", "q", "dp", "dq", "qi"}) jwk.erase(member);
  EXPECT_TRUE(Jwt(signed_jwt({{"iss", "me"}}, to_text(jwk), "")).is_signed_by(key));
}

TEST(SignedJwt, NamesTheJwksOwnKeyIdUnlessOneIsGiven) {
  Json jwk = jwk_of_ec(new_ec_key());
  jwk["kid"] = "from-jwk";
  EXPECT_EQ(Jwt(signed_jwt({}, to_text(jwk), "")).header["kid"], "from-jwk");
  EXPECT_EQ(Jwt(signed_jwt({}, to_text(jwk), "given")).header["kid"], "given");
}

TEST(SignedJwt, TakesAPemWhoseLineBreaksAreWrittenOut) {
  const Key key = new_ec_key();
  std::string pem = pem_of(key);
  for (std::size_t place = 0; (place = pem.find('\n', place)) != std::string::npos;) pem.replace(place, 1, "\\n");
  EXPECT_TRUE(Jwt(signed_jwt({{"iss", "me"}}, pem, "")).is_signed_by(key));
}

TEST(SignedJwt, SaysWhyAKeyCannotBeUsed) {
  const std::string begin = "the private key cannot be used: ";
  EXPECT_EQ(complaint_of("-----BEGIN nonsense"),
            begin + "it is neither an unencrypted private key in PEM form nor a JWK");
  EXPECT_EQ(complaint_of(pem_of(new_ec_key("P-384"))),
            begin + "it must be an RSA key or an elliptic curve key on P-256");
  EXPECT_EQ(complaint_of(R"({"kty": "RSA", "n": "AQAB", "e": "AQAB"})"),
            begin + "the JWK has no member \"d\", so it is a public key or none at all");
  EXPECT_EQ(complaint_of(R"({"kty": "OKP", "d": "AQAB"})"),
            begin + "the JWK must have \"kty\": \"RSA\", or \"kty\": \"EC\" with \"crv\": \"P-256\"");
  EXPECT_EQ(complaint_of(R"({"kty": "RSA", "n": 7, "d": "AQAB"})"),
            begin + "its member \"n\" is missing or is not base64url");
  EXPECT_NE(complaint_of(R"({"kty": )").find("is not valid JSON"), std::string::npos);
  Json jwk = jwk_of_ec(new_ec_key());
  jwk["x"] = jwk["y"];
  EXPECT_EQ(complaint_of(to_text(jwk)), begin + "the JWK's values do not make a key");
}

TEST(SignedJwt, DoesNotAskForThePasswordOfAnEncryptedKey) {
  const Key key = new_ec_key();
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  const unsigned char password[] = "secret";
  PEM_write_bio_PrivateKey(bio.get(), key.get(), EVP_aes_128_cbc(), password, 6, nullptr, nullptr);
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  EXPECT_NE(complaint_of({text, static_cast<std::size_t>(length)}).find("unencrypted"), std::string::npos);
}

TEST(SignedJwt, FindsTheKeyInAFile) {
  const Key key = new_ec_key();
  const test::TemporaryFolder folder;
  EXPECT_TRUE(Jwt(signed_jwt({{"iss", "me"}}, folder.write("key.pem", pem_of(key)), "")).is_signed_by(key));
  EXPECT_TRUE(
      Jwt(signed_jwt({{"iss", "me"}}, folder.write("key.json", to_text(jwk_of_ec(key))), "")).is_signed_by(key));
}

TEST(PrivateKeyProblem, SaysWhatIsWrongWithoutQuotingTheSetting) {
  EXPECT_EQ(private_key_problem(pem_of(new_ec_key())), "");
  EXPECT_EQ(private_key_problem("MIIEvQIBADANBgkq"),
            "it is neither a PEM private key, a JWK, nor the path of a readable file with one");
  EXPECT_EQ(private_key_problem("-----BEGIN PUBLIC KEY-----\nnonsense"),
            "the private key cannot be used: it is neither an unencrypted private key in PEM form nor a JWK");
}

TEST(RandomNonce, IsNeverTheSame) {
  EXPECT_EQ(random_nonce().size(), 32U);
  EXPECT_NE(random_nonce(), random_nonce());
}

// RFC 5849, 1.2.
TEST(OAuth1Signature, IsThatOfTheRfc) {
  const OAuth1 keys{.consumer_key = "dpf43f3p2l4k3l03",
                    .consumer_secret = "kd94hf93k423kf44",
                    .token = "nnch734d00sl2jdk",
                    .token_secret = "pfkkdhi9sl3r4s00"};
  EXPECT_EQ(oauth1_signature(keys, "GET", "http://photos.example.net/photos",
                             {{"file", "vacation.jpg"},
                              {"size", "original"},
                              {"oauth_consumer_key", keys.consumer_key},
                              {"oauth_token", keys.token},
                              {"oauth_signature_method", "HMAC-SHA1"},
                              {"oauth_timestamp", "137131202"},
                              {"oauth_nonce", "chapoH"}}),
            "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
}

const OAuth1 apple{.consumer_key = "CK_48dd68d198350f51",
                   .consumer_secret = "CS_34c7b2b531a600d9+/=",
                   .token = "AT_927696831c59ba51",
                   .token_secret = "AS_c31afd7a09691d83 %",
                   .realm = "ADM"};

TEST(OAuth1Header, HoldsAllParametersEncoded) {
  EXPECT_EQ(
      oauth1_header_at(apple, "GET", "https://mdmenrollment.apple.com/session", {}, {"kllo9940pd9333jh", 1500000000}),
      "OAuth realm=\"ADM\", oauth_nonce=\"kllo9940pd9333jh\", oauth_timestamp=\"1500000000\", "
      "oauth_version=\"1.0\", oauth_signature_method=\"HMAC-SHA1\", oauth_consumer_key=\"CK_48dd68d198350f51\", "
      "oauth_token=\"AT_927696831c59ba51\", oauth_signature=\"GUElGKKw3%2FkLOiWss9wFoNNKr4U%3D\"");
}

TEST(OAuth1Header, SignsThePortUnlessItIsTheSchemesOwn) {
  const auto signature = [](const std::string& url) {
    const std::string header = oauth1_header_at(apple, "GET", url, {}, {"kllo9940pd9333jh", 1500000000});
    return percent_decoded(header.substr(header.find("oauth_signature=\"") + 17, 32));
  };
  EXPECT_EQ(signature("http://127.0.0.1:8080/session"), "smHu5/YdTgkPkkznzUQXAb1Rph8=");
  EXPECT_EQ(signature("HTTPS://MDMenrollment.Apple.com:443/session"), "GUElGKKw3/kLOiWss9wFoNNKr4U=");
}

TEST(OAuth1Header, SignsTheQuery) {
  const OAuth1 keys{.consumer_key = "dpf43f3p2l4k3l03",
                    .consumer_secret = "kd94hf93k423kf44",
                    .token = "nnch734d00sl2jdk",
                    .token_secret = "pfkkdhi9sl3r4s00"};  // OAuth Core 1.0, appendix A
  const std::string header =
      oauth1_header_at(keys, "get", "http://photos.example.net/photos",
                       {{"size", "original"}, {"file", "vacation.jpg"}}, {"kllo9940pd9333jh", 1191242096});
  EXPECT_NE(header.find("oauth_signature=\"tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D\""), std::string::npos) << header;
  EXPECT_EQ(header.find("realm"), std::string::npos);
}

TEST(OAuth1Header, HasANewNonceEachTime) {
  const auto nonce = [](const std::string& header) { return header.substr(header.find("oauth_nonce=\"") + 13, 32); };
  EXPECT_NE(nonce(oauth1_header(apple, "GET", "https://a.example/session", {})),
            nonce(oauth1_header(apple, "GET", "https://a.example/session", {})));
}

/// The fields of a form.
std::map<std::string, std::string> fields_of(const std::string& form) {
  std::map<std::string, std::string> fields;
  for (std::size_t begin = 0; begin < form.size();) {
    const std::size_t end = std::min(form.find('&', begin), form.size());
    const std::size_t equals = form.find('=', begin);
    fields[percent_decoded(form.substr(begin, equals - begin))] =
        percent_decoded(form.substr(equals + 1, end - equals - 1));
    begin = end + 1;
  }
  return fields;
}

TEST(ClientAssertion, ProvesWhoAsksWithASignedJwt) {
  LoopbackServer server;
  server.on("POST", "/oauth2/v1/token", {{.body = R"({"access_token": "tok", "expires_in": "3600"})"}});
  const Key key = new_rsa_key();
  const Login login = client_assertion(Http(), {.token_url = server.url("/oauth2/v1/token"),
                                                .client_id = "client-1",
                                                .private_key = pem_of(key),
                                                .key_id = "key-1",
                                                .scope = "users.read groups.read"});
  EXPECT_EQ(login.headers.find("Authorization"), "Bearer tok");
  EXPECT_EQ(login.lifetime, std::chrono::hours(1));
  std::map<std::string, std::string> form = fields_of(server.requests().at(0).body);
  EXPECT_EQ(form["grant_type"], "client_credentials");
  EXPECT_EQ(form["client_id"], "client-1");
  EXPECT_EQ(form["scope"], "users.read groups.read");
  EXPECT_EQ(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  const Jwt jwt(form["client_assertion"]);
  EXPECT_TRUE(jwt.is_signed_by(key));
  EXPECT_EQ(jwt.header["kid"], "key-1");
  EXPECT_EQ(jwt.claims["iss"], "client-1");
  EXPECT_EQ(jwt.claims["sub"], "client-1");
  EXPECT_EQ(jwt.claims["aud"], server.url("/oauth2/v1/token"));
  EXPECT_EQ(jwt.claims["exp"].get<int>() - jwt.claims["iat"].get<int>(), 300);
  EXPECT_FALSE(jwt.claims["jti"].get<std::string>().empty());
}

TEST(ClientAssertion, IsForAnotherAudienceWhereTheServerWantsThat) {
  LoopbackServer server;
  server.on("POST", "/token", {{.body = R"({"access_token": "tok"})"}});
  client_assertion(Http(), {.token_url = server.url("/token"),
                            .client_id = "client-1",
                            .private_key = pem_of(new_ec_key()),
                            .audience = "https://audience.example"});
  std::map<std::string, std::string> form = fields_of(server.requests().at(0).body);
  EXPECT_EQ(Jwt(form["client_assertion"]).claims["aud"], "https://audience.example");
  EXPECT_FALSE(form.contains("scope"));
}

TEST(ClientAssertion, FailsWhenTheTokenIsRefused) {
  LoopbackServer server;
  server.on("POST", "/token", {{.status = 401, .body = R"({"error": "invalid_client"})"}});
  EXPECT_THROW(
      client_assertion(
          Http(), {.token_url = server.url("/token"), .client_id = "client-1", .private_key = pem_of(new_ec_key())}),
      HttpError);
}

TEST(BearerLogin, RefusesAResponseWithoutToken) {
  const auto login = [](const std::string& body) {
    return bearer_login({.status = 200, .headers = {}, .body = body, .url = "u", .method = "POST"});
  };
  EXPECT_THROW(login(R"({"error": "x"})"), AuthenticationError);
  EXPECT_THROW(login(R"({"access_token": ""})"), AuthenticationError);
  EXPECT_THROW(login(R"({"access_token": 5})"), AuthenticationError);
  EXPECT_EQ(login(R"({"access_token": "t", "expires_in": 60})").lifetime, std::chrono::seconds(60));
  EXPECT_EQ(login(R"({"access_token": "t", "expires_in": -60})").lifetime, std::chrono::seconds(0));
}

}  // namespace connector::oauth_test
