#pragma once

#include <optional>
#include <string>

#include "config/section.h"
#include "connector/connector.h"
#include "connector/json.h"

namespace connector {

/// The token that a sync delivers with: [oomnitza]'s when both are empty, one that is given, or one that is asked for
/// by its id.
struct CloudToken {
  Secret token;
  std::string id;
};

/// An id of the cloud, which is a string or a number; nothing for anything else.
std::optional<std::string> id_text(const Json& id);

/// What the setting oomnitza_authorization says: a token, or JSON with a token_id. text: the setting's value. section:
/// the overlay of this machine and the cloud's object. Nothing when it is neither.
std::optional<CloudToken> read_cloud_token(const std::string& text, const Section& section, const Json& cloud);

}  // namespace connector
