// Access tokens of OneLogin.
#pragma once

#include <string>

#include "connector/http.h"
#include "connector/log.h"

namespace connector::onelogin {

struct Client {
  std::string id;
  std::string secret;
  std::string token_url;  ///< empty: the host's addresses for tokens, the new one first
  std::string host;       ///< scheme://host
};

/// Asks for a token. colon: the token goes behind "bearer:" instead of "bearer " if it is of the older kind. Throws
/// AuthenticationError or HttpError.
Login log_in(const Http& http, const Log& log, const Client& client, bool colon);

/// Puts a token that stands behind "bearer:" behind "bearer ". Whether there was one.
bool drop_colon(Login& login);

}  // namespace connector::onelogin
