#include "chef/signature.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <bit>
#include <stdexcept>
#include <utility>

namespace connector::chef {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

constexpr std::size_t signature_line = 60;

std::string digest(std::string_view text, const EVP_MD* algorithm) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &length, algorithm, nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot compute a digest");
  }
  return {bytes.begin(), bytes.begin() + length};
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string sign(evp_pkey_st* key, std::string_view text, const EVP_MD* digest_algorithm) {
  const KeyContext context(EVP_PKEY_CTX_new(key, nullptr), &EVP_PKEY_CTX_free);
  std::size_t length = 0;
  if (!context || EVP_PKEY_sign_init(context.get()) <= 0 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) <= 0 ||
      (digest_algorithm != nullptr && EVP_PKEY_CTX_set_signature_md(context.get(), digest_algorithm) <= 0) ||
      EVP_PKEY_sign(context.get(), nullptr, &length, bytes_of(text), text.size()) <= 0) {
    throw std::runtime_error("OpenSSL cannot sign with the key");
  }
  std::string signature(length, '\0');
  if (EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, bytes_of(text),
                    text.size()) <= 0) {
    throw std::runtime_error("OpenSSL cannot sign with the key");
  }
  signature.resize(length);
  return signature;
}

std::string canonical_path(std::string_view path) {
  std::string canonical;
  for (const char c : path) {
    if (c != '/' || canonical.empty() || canonical.back() != '/') canonical += c;
  }
  if (canonical.size() > 1 && canonical.back() == '/') canonical.pop_back();
  return canonical.empty() ? "/" : canonical;
}

std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(seconds - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

const EVP_MD* content_digest(SignVersion version) {
  return version == SignVersion::v1_0 ? EVP_sha1() : EVP_sha256();
}

std::string content_hash(SignVersion version) {
  return base64(digest("", content_digest(version)));
}

}  // namespace

PrivateKey PrivateKey::from_pem(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const auto no_password = [](char*, int, int, void*) { return -1; };  // otherwise OpenSSL asks on the terminal
  std::shared_ptr<evp_pkey_st> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr), &EVP_PKEY_free);
  if (!key) throw std::invalid_argument("has no unencrypted private key in PEM form");
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) throw std::invalid_argument("has a key that is not an RSA key");
  return PrivateKey(std::move(key));
}

std::string PrivateKey::sign_raw(std::string_view text) const {
  const auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
  if (text.size() + 11 > size) {
    throw std::invalid_argument(fmt::format("is an RSA key of {} bits, too short for a text of {} bytes: use {} bits",
                                            size * 8, text.size(), std::bit_ceil(text.size() + 11) * 8));
  }
  return sign(key_.get(), text, nullptr);
}

std::string PrivateKey::sign_sha256(std::string_view text) const {
  return sign(key_.get(), digest(text, EVP_sha256()), EVP_sha256());
}

std::string canonical_text(const SignedRequest& request, SignVersion version) {
  const std::string path = canonical_path(request.path);
  if (version == SignVersion::v1_0) {
    return fmt::format("Method:{}\nHashed Path:{}\nX-Ops-Content-Hash:{}\nX-Ops-Timestamp:{}\nX-Ops-UserId:{}",
                       request.method, base64(digest(path, EVP_sha1())), content_hash(version), timestamp(request.time),
                       request.user);
  }
  return fmt::format(
      "Method:{}\nPath:{}\nX-Ops-Content-Hash:{}\nX-Ops-Sign:version=1.3\nX-Ops-Timestamp:{}\nX-Ops-UserId:{}\n"
      "X-Ops-Server-API-Version:1",
      request.method, path, content_hash(version), timestamp(request.time), request.user);
}

Headers signed_headers(const SignedRequest& request, SignVersion version, const PrivateKey& key) {
  const std::string text = canonical_text(request, version);
  Headers headers = {{"x-ops-sign", version == SignVersion::v1_0 ? "version=1.0" : "algorithm=sha256;version=1.3;"},
                     {"x-ops-userid", request.user},
                     {"x-ops-timestamp", timestamp(request.time)},
                     {"x-ops-content-hash", content_hash(version)}};
  if (version == SignVersion::v1_3) headers.set("x-ops-server-api-version", "1");
  const std::string signature = base64(version == SignVersion::v1_0 ? key.sign_raw(text) : key.sign_sha256(text));
  for (std::size_t line = 0; line * signature_line < signature.size(); ++line) {
    headers.set(fmt::format("x-ops-authorization-{}", line + 1),
                signature.substr(line * signature_line, signature_line));
  }
  return headers;
}

}  // namespace connector::chef
