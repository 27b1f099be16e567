#include "config/cloud_token.h"

#include "text/values.h"

namespace connector {

std::optional<std::string> id_text(const Json& id) {
  if (!id.is_string() && !id.is_number() && !big_integer_digits(id)) return std::nullopt;
  std::string text = text_of(id);
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<CloudToken> read_cloud_token(const std::string& text, const Section& section, const Json& cloud) {
  const Entry* entry = section.find("oomnitza_authorization");
  const bool is_from_cloud = entry != nullptr && entry->origin == section.origin;
  const Json& given = member(cloud, "oomnitza_authorization");
  if (is_from_cloud && !given.is_string() && !given.is_object()) return std::nullopt;
  const bool is_json = text.starts_with('{') || text.starts_with('[');
  if (!is_json || (is_from_cloud && given.is_string())) return CloudToken{.token = Secret(text), .id = {}};
  try {
    if (const auto id = id_text(member(parse_json(text), "token_id"))) return CloudToken{.token = {}, .id = *id};
  } catch (const JsonError&) {  // the caller's message does without it: the text may hold a secret
  }
  return std::nullopt;
}

}  // namespace connector
