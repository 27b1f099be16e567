#include "integration/authorization.h"

#include <mutex>
#include <set>
#include <utility>

#include "integration/definition.h"
#include "text/values.h"

namespace connector::integration {
namespace {

/// Headers and params that the configuration gives.
class StaticAuthorizer final : public Authorizer {
 public:
  explicit StaticAuthorizer(const StaticAuthorization& given) {
    for (const auto& [name, value] : given.headers) credentials_.headers.set(name, value);
    for (const auto& [name, value] : given.params) set_param(credentials_.params, name, value);
  }

  Credentials credentials(const RenderedCall&, Scope&) override { return credentials_; }

 private:
  Credentials credentials_;
};

/// A session that is opened with the first call, and again when it is refused.
class SessionAuthorizer final : public Authorizer {
 public:
  SessionAuthorizer(const SessionAuthorization& behavior, const AuthorizationContext& context)
      : behavior_(behavior), context_(context) {}

  Credentials credentials(const RenderedCall&, Scope& scope) override {
    Scope view = scope;
    Credentials credentials;
    {
      const std::lock_guard lock(mutex_);
      if (!is_open_) open(scope);
      credentials.session = session_;
      view.variables.adopt("response", answer_);
      view.variables.adopt("response_headers", answer_);
    }
    render_headers(behavior_.headers, view, credentials.headers);
    render_params(behavior_.params, view, credentials.params);
    return credentials;
  }

  bool renew(const Credentials& refused) override {
    const std::lock_guard lock(mutex_);
    if (refused.session == session_) is_open_ = false;  // else another call has opened a new one already
    return true;
  }

 private:
  void open(const Scope& scope) {
    RenderedCall call = render(behavior_.call, nullptr, scope);
    call.is_login = true;
    DecodedResponse response = read_answer(context_.sender.send(call, {}));
    answer_.set("response", std::move(response.value));
    answer_.set_headers("response_headers", std::move(response.headers));
    is_open_ = true;
    ++session_;
  }

  const SessionAuthorization behavior_;
  const AuthorizationContext context_;
  std::mutex mutex_;
  bool is_open_ = false;
  std::size_t session_ = 0;
  Variables answer_;
};

/// The members of an object that may be missing.
const Json& object(const Json& secret, const char* key) {
  static const Json none = Json::object();
  const Json& value = member(secret, key);
  return value.is_object() ? value : none;
}

std::string base64_part(const Json& certificates, const char* key) {
  const std::string text = text_of(member(certificates, key));
  std::string compact;
  for (const char c : text) {
    if (c != '\n' && c != '\r' && c != ' ') compact += c;
  }
  if (const auto bytes = base64_decoded(compact)) return *bytes;
  throw SourceError(fmt::format("the credential's certificate, {}, is not Base64", key));
}

std::optional<ClientCertificate> client_certificate(const Json& certificates) {
  if (!certificates.is_object() || certificates.empty()) return std::nullopt;
  const std::string type = text_of(member(certificates, "type"));
  ClientCertificate certificate{.password = text_of(member(certificates, "password"))};
  if (type == "pfx") {
    certificate.pkcs12 = base64_part(certificates, "pfx");
  } else if (type == "cert_key") {
    certificate.certificate = base64_part(certificates, "cert");
    certificate.key = base64_part(certificates, "key");
  } else {
    throw SourceError("the credential's certificate is neither pfx nor cert_key");
  }
  return certificate;
}

/// What the cloud says that a call must carry.
Credentials credentials_from(const Json& secret, Secrets& secrets) {
  Credentials credentials;
  if (object(secret, "headers").size() > max_named || object(secret, "params").size() > max_named) {
    throw SourceError(fmt::format("the secret that Oomnitza sent has more than {} headers or params", max_named));
  }
  for (const auto& [name, value] : object(secret, "headers").items()) credentials.headers.set(name, text_of(value));
  for (const auto& [name, value] : object(secret, "params").items()) {
    set_param(credentials.params, name, text_of(value));
  }
  credentials.certificate = client_certificate(member(secret, "certificates"));
  if (credentials.certificate) secrets.hide_for_a_call(credentials.certificate->password);
  return credentials;
}

/// A credential that is kept in the cloud, which is asked for a secret before each call.
class CredentialAuthorizer final : public Authorizer {
 public:
  CredentialAuthorizer(const CredentialAuthorization& credential, const AuthorizationContext& context)
      : credential_(credential), context_(context) {}

  Credentials credentials(const RenderedCall& call, Scope& scope) override {
    const Json secret = context_.cloud.call_secret(credential_.id, call.description());
    Credentials credentials = credentials_from(secret, context_.secrets);
    for (const char* kind : {"url_attributes", "body_attributes"}) {
      for (const auto& [name, value] : object(secret, kind).items()) {
        context_.secrets.hide_for_a_call(text_of(value));
        scope.set(name, value);
        credentials.has_set_variables = true;
        const std::lock_guard lock(mutex_);
        names_.insert(name);
      }
    }
    return credentials;
  }

  std::vector<std::string> variable_names() const override {
    const std::lock_guard lock(mutex_);
    return {names_.begin(), names_.end()};
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> names_;
  const CredentialAuthorization credential_;
  const AuthorizationContext context_;
};

class AwsAuthorizer final : public Authorizer {
 public:
  AwsAuthorizer(AwsKeys keys, const AuthorizationContext& context) : keys_(std::move(keys)), context_(context) {}

  Credentials credentials(const RenderedCall& call, Scope&) override {
    Json description = call.description();
    description["access_key"] = keys_.access_key;
    description["secret_key"] = keys_.secret_key;
    description["session_token"] = keys_.session_token;
    return credentials_from(context_.cloud.aws_session_secret(description), context_.secrets);
  }

 private:
  const AwsKeys keys_;
  const AuthorizationContext context_;
};

}  // namespace

std::unique_ptr<Authorizer> make_authorizer(const SaasAuthorization& authorization,
                                            const AuthorizationContext& context) {
  if (const auto* given = std::get_if<StaticAuthorization>(&authorization)) {
    return std::make_unique<StaticAuthorizer>(*given);
  }
  if (const auto* session = std::get_if<SessionAuthorization>(&authorization)) {
    return std::make_unique<SessionAuthorizer>(*session, context);
  }
  return std::make_unique<CredentialAuthorizer>(std::get<CredentialAuthorization>(authorization), context);
}

std::unique_ptr<Authorizer> make_aws_authorizer(const AwsKeys& keys, const AuthorizationContext& context) {
  return std::make_unique<AwsAuthorizer>(keys, context);
}

}  // namespace connector::integration
