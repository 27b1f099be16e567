#pragma once

#include <memory>

#include "integration/caller.h"
#include "integration/definition.h"
#include "oomnitza/oomnitza.h"

namespace connector::integration {

/// What an authorizer needs beside the configuration. All outlive it.
struct AuthorizationContext {
  const Sender& sender;
  const Oomnitza& cloud;
  Secrets& secrets;
};

std::unique_ptr<Authorizer> make_authorizer(const SaasAuthorization& authorization,
                                            const AuthorizationContext& context);

/// The session of an AWS role.
struct AwsKeys {
  std::string access_key;
  std::string secret_key;
  std::string session_token;
};

std::unique_ptr<Authorizer> make_aws_authorizer(const AwsKeys& keys, const AuthorizationContext& context);

}  // namespace connector::integration
