#include "text/hash.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <new>

namespace connector {

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw std::bad_alloc();
  }
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

bool is_same_secret(std::string_view given, std::string_view wanted) {
  const std::string a = sha256(given);  // of one length, whatever is given
  const std::string b = sha256(wanted);
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace connector
