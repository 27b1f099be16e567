// Logins that several vendors have in common; each gives what Http::keep_logged_in() wants.
#pragma once

#include <chrono>
#include <string>

#include "connector/http.h"

namespace connector {

/// How an OAuth client tells who it is (RFC 6749, 2.3.1).
enum class ClientAuthentication { basic, body };

/// Client credentials grant (RFC 6749, 4.4).
struct ClientCredentials {
  std::string token_url;
  std::string client_id;
  std::string client_secret;
  std::string scope = {};  ///< empty: none is asked for
  ClientAuthentication authentication = ClientAuthentication::body;
  Query further = {};  ///< more fields of the form
};

/// Asks for a token. The login is `Authorization: Bearer`, with the lifetime that expires_in says. Throws HttpError;
/// AuthenticationError when the response holds no token.
Login client_credentials(const Http& http, const ClientCredentials& client);

/// The same with a JWT that the client signs in place of a secret (RFC 7523, 2.2). Throws ConfigError for a key that
/// cannot be used.
struct ClientAssertion {
  std::string token_url;
  std::string client_id;
  std::string private_key;    ///< PEM, a JWK, or the path of a file with one of them
  std::string key_id = {};    ///< empty: the JWK's own, if it has one
  std::string scope = {};     ///< empty: none is asked for
  std::string audience = {};  ///< whom the JWT is for; empty: token_url
};
Login client_assertion(const Http& http, const ClientAssertion& client);

/// A JWT in compact form (RFC 7515, 7519), signed with RS256 or ES256, whichever the key is for (private_key, key_id:
/// as above). Throws ConfigError for a key that cannot be used.
std::string signed_jwt(const Json& claims, const std::string& private_key, const std::string& key_id);

/// For check(): what is wrong with a setting that holds such a private key; empty when it can be used.
std::string private_key_problem(const std::string& private_key);

/// The bearer login of a token response: {"access_token", "expires_in" (number or text)}. Throws AuthenticationError.
Login bearer_login(const Response& response);

/// OAuth 1.0a: the Authorization header of one request (RFC 5849, 3.1, HMAC-SHA1). url: without the query.
struct OAuth1 {
  std::string consumer_key;
  std::string consumer_secret;
  std::string token;
  std::string token_secret;
  std::string realm = {};
};
std::string oauth1_header(const OAuth1& keys, const std::string& method, const std::string& url, const Query& query);

}  // namespace connector
