#pragma once

#include <functional>
#include <optional>
#include <string>

#include "connector/connector.h"

namespace connector::casper {

/// An API client when client_id is set, else a user.
struct Credentials {
  std::string username;
  std::string password;
  std::string client_id;
  std::string client_secret;
};

/// Logs in to the server at `url`, now and whenever a token ends. Returns what makes the request that ends a user's
/// token; there is none for API clients, and where the server has no tokens.
std::function<std::optional<Request>()> keep_logged_in(Connector& source, const std::string& url,
                                                       const Credentials& credentials);

}  // namespace connector::casper
