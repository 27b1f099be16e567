#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "connector/http.h"
#include "connector/log.h"
#include "integration/call.h"
#include "integration/decoded_response.h"
#include "integration/secrets.h"
#include "python/templates.h"

namespace connector::integration {

/// What authorizes one call.
struct Credentials {
  Headers headers = {};
  Query params = {};
  std::optional<ClientCertificate> certificate = {};
  bool has_set_variables = false;  ///< the call must be rendered again
  std::size_t session = 0;         ///< which session they belong to
};

/// Sends calls to a source: one session with its cookies.
class Sender {
 public:
  /// http: outlives it.
  Sender(Http& http, Log log);

  /// Throws HttpError for any status from 400 on, whose text says what 403 means; Stopped.
  Response send(const RenderedCall& call, const Credentials& credentials) const;

 private:
  const Http& http_;
  Log log_;
};

/// How the calls of a sync are authorized. Safe to use from several threads.
class Authorizer {
 public:
  virtual ~Authorizer() = default;

  /// What this call must carry. May set variables. Throws HttpError, TemplateError, SourceError.
  virtual Credentials credentials(const RenderedCall& call, Scope& scope) = 0;

  /// The names of the variables that credentials() has set so far.
  virtual std::vector<std::string> variable_names() const { return {}; }

  /// The source has answered 401 to these credentials. Whether it is worth trying again.
  virtual bool renew(const Credentials& refused) {
    (void)refused;
    return false;
  }
};

/// Calls a source as an integration describes it.
class Caller {
 public:
  Caller(const Sender& sender, Authorizer& authorizer, std::shared_ptr<Secrets> secrets)
      : sender_(sender), authorizer_(&authorizer), secrets_(std::move(secrets)) {}

  /// The same source with another authorization from now on. Not beside calls.
  void authorize_by(Authorizer& authorizer) { authorizer_ = &authorizer; }

  const Authorizer& authorizer() const { return *authorizer_; }

  struct Called {
    DecodedResponse response;
    std::string call;  ///< the rendered call's fingerprint, without authorization
  };

  /// Renders, authorizes and sends a call, again with new credentials when they are refused once. pagination: what is
  /// added. Throws HttpError, TemplateError, SourceError, Stopped.
  Called call(const CallTemplate& call, const Pagination* pagination, Scope& scope) const;

  /// The same for a call that has no templates.
  DecodedResponse ask(const RenderedCall& call, Scope& scope) const;

 private:
  using RenderAgain = std::function<RenderedCall()>;
  DecodedResponse send(RenderedCall& call, const RenderAgain& render_again, Scope& scope) const;

  const Sender& sender_;
  Authorizer* authorizer_;
  std::shared_ptr<Secrets> secrets_;
};

}  // namespace connector::integration
