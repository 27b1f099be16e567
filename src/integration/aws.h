#pragma once

#include <string>
#include <vector>

#include "connector/connector.h"
#include "integration/authorization.h"
#include "integration/caller.h"

namespace connector::integration {

/// The roles that the user behind a credential may assume, and their sessions. Every call is authorized by the source.
class AwsRoles {
 public:
  /// api_url, token_url: the addresses of IAM and STS.
  AwsRoles(const Url& api_url, const Url& token_url, const Caller& caller, Scope& scope, Log log);

  /// The roles' ARNs, each once. Those with wildcards are skipped with a warning. Throws HttpError, SourceError.
  std::vector<std::string> list() const;

  /// Opens a session of the role. Throws HttpError, SourceError.
  AwsKeys assume(const std::string& arn) const;

 private:
  Json ask(const Url& url, Query params) const;
  std::vector<std::string> policies(const std::string& user) const;
  Json policy(const std::string& user, const std::string& name) const;

  const Url api_url_;
  const Url token_url_;
  const Caller& caller_;
  Scope& scope_;
  const Log log_;
};

/// The roles that a policy's document allows to assume.
std::vector<std::string> assumable_roles(const Json& policy);

}  // namespace connector::integration
