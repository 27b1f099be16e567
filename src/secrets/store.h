#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "secrets/renewals.h"

namespace connector {

/// A secret cannot be had. what() says which, why, and what to do; no secret.
class SecretError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a store is asked for: secrets of one section.
struct SecretQuery {
  std::string name;                 ///< under which they are stored
  std::vector<std::string> keys;    ///< the settings whose values they are
  const SectionSettings& settings;  ///< of the section: TLS and vault_*
};

/// What stores need beside it.
struct SecretTools {
  std::function<std::string(const std::string& name)> variable;  ///< of the environment; empty when it is not set
  Log log;                                                       ///< hides what proves who asks
  std::stop_token stop = {};
  Timing timing = {};
  Renewals* renewals = nullptr;  ///< keeps tokens alive that are used again later; nullptr: none is
};

using SecretValues = std::map<std::string, std::string>;

/// What vault_backend can be, in the order of the table.
std::vector<std::string> secret_backends();

/// The value of each key, from the store that the section's vault_backend names. Throws SecretError, which says what
/// was asked for, why it cannot be had and how it is stored; Stopped.
SecretValues fetch_secrets(const SecretQuery& query, const SecretTools& tools);

/// Keeps the token alive by which that store is asked for the section's secrets later on: tools.renewals is there.
/// Throws as fetch_secrets() does.
void keep_store_open(const SecretQuery& query, const SecretTools& tools);

}  // namespace connector
