#include "sources/oauth1.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

#include "connector/error.h"
#include "sources/signing_key.h"
#include "text/text.h"

namespace connector {
namespace {

/// Scheme and host in lower case, no port that is the scheme's own, no query (RFC 5849, 3.4.1.2).
std::string base_string_uri(const std::string& url) {
  const auto parts = parse_url(url);
  if (!parts) throw SourceError(fmt::format("\"{}\" is not a valid URL", url));
  const std::string scheme = lower_case(parts->scheme);
  const bool default_port = parts->port.empty() || parts->port == (scheme == "https" ? "443" : "80");
  return scheme + "://" + lower_case(parts->host) + (default_port ? "" : ":" + parts->port) +
         (parts->path.empty() ? "/" : parts->path);
}

/// Encoded, sorted and joined (RFC 5849, 3.4.1.3.2).
std::string normalized(const Query& parameters) {
  Query encoded;
  for (const auto& [name, value] : parameters) encoded.emplace_back(percent_encoded(name), percent_encoded(value));
  std::sort(encoded.begin(), encoded.end());
  std::string text;
  for (const auto& [name, value] : encoded) text.append(text.empty() ? "" : "&").append(name).append("=").append(value);
  return text;
}

std::string hmac_sha1(const std::string& key, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), bytes.data(), &length) == nullptr) {
    throw std::runtime_error("OpenSSL cannot compute an HMAC");
  }
  return {bytes.begin(), bytes.begin() + length};
}

}  // namespace

std::string oauth1_signature(const OAuth1& keys, const std::string& method, const std::string& url,
                             const Query& parameters) {
  const std::string key = percent_encoded(keys.consumer_secret) + "&" + percent_encoded(keys.token_secret);
  const std::string base_string =
      upper_case(method) + "&" + percent_encoded(base_string_uri(url)) + "&" + percent_encoded(normalized(parameters));
  return base64(hmac_sha1(key, base_string));
}

std::string oauth1_header_at(const OAuth1& keys, const std::string& method, const std::string& url, const Query& query,
                             const OAuth1Stamp& stamp) {
  Query protocol = {{"oauth_nonce", stamp.nonce},
                    {"oauth_timestamp", std::to_string(stamp.timestamp)},
                    {"oauth_version", "1.0"},
                    {"oauth_signature_method", "HMAC-SHA1"},
                    {"oauth_consumer_key", keys.consumer_key},
                    {"oauth_token", keys.token}};
  Query signed_parameters = query;
  signed_parameters.insert(signed_parameters.end(), protocol.begin(), protocol.end());
  protocol.emplace_back("oauth_signature", oauth1_signature(keys, method, url, signed_parameters));

  std::string header = "OAuth ";
  if (!keys.realm.empty()) header += "realm=\"" + percent_encoded(keys.realm) + "\", ";
  for (const auto& [name, value] : protocol) header += fmt::format("{}=\"{}\", ", name, percent_encoded(value));
  header.resize(header.size() - 2);
  return header;
}

std::string oauth1_header(const OAuth1& keys, const std::string& method, const std::string& url, const Query& query) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return oauth1_header_at(keys, method, url, query,
                          {random_nonce(), std::chrono::duration_cast<std::chrono::seconds>(now).count()});
}

}  // namespace connector
