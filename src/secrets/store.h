#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "connector/http.h"
#include "connector/log.h"

namespace connector {

/// A secret cannot be had. what() says which, why, and what to do; no secret.
class SecretError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a store is asked for: secrets of one section.
struct SecretQuery {
  std::string name;               ///< under which they are stored
  std::vector<std::string> keys;  ///< the settings whose values they are
  TlsSettings tls;                ///< the section's
};

/// What stores need beside it.
struct SecretTools {
  std::function<std::string(const std::string& name)> variable;  ///< of the environment; empty when it is not set
  Log log;                                                       ///< hides what proves who asks
  std::stop_token stop = {};
  Timing timing = {};
};

using SecretValues = std::map<std::string, std::string>;

/// The value of each key. backend: vault_backend. Throws SecretError, HttpError, Stopped.
SecretValues fetch_secrets(const std::string& backend, const SecretQuery& query, const SecretTools& tools);

}  // namespace connector
