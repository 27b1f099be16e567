#include "server/credentials.h"

#include <optional>
#include <string_view>

#include "connector/encoding.h"
#include "text/hash.h"
#include "text/text.h"

namespace connector::server {
namespace {

/// What follows the scheme in an Authorization header; nothing when it is of another scheme.
std::optional<std::string_view> credentials_of(std::string_view authorization, std::string_view scheme) {
  if (authorization.size() <= scheme.size() || authorization[scheme.size()] != ' ') return std::nullopt;
  if (!equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return std::nullopt;
  return trimmed(authorization.substr(scheme.size()));
}

std::optional<std::string> basic_password(std::string_view authorization) {
  const std::optional<std::string_view> credentials = credentials_of(authorization, "Basic");
  const std::optional<std::string> pair = credentials ? base64_decoded(*credentials) : std::nullopt;
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  return colon == std::string::npos ? std::nullopt : std::optional(pair->substr(colon + 1));
}

}  // namespace

bool presents(const Head& head, const Secret& secret) {
  const std::string header = head.headers.find("X-Webhook-Secret").value_or("");
  if (is_same_secret(header, secret.value)) return true;
  const std::string authorization = head.headers.find("Authorization").value_or("");
  const std::string_view token = credentials_of(authorization, "Bearer").value_or("");
  return is_same_secret(token, secret.value) ||
         is_same_secret(basic_password(authorization).value_or(""), secret.value);
}

}  // namespace connector::server
