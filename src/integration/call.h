#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connector/http.h"
#include "connector/json.h"
#include "integration/definition.h"
#include "integration/scope.h"

namespace connector::integration {

/// A call with its templates rendered.
struct RenderedCall {
  std::string method;
  std::string url;
  Headers headers;
  Query params;
  std::string body;       ///< empty: none
  bool is_login = false;  ///< its body may hold the password: it goes to no other host

  /// {"url", "http_method", "params", "headers", "body"}: what the cloud is asked to sign.
  Json description() const;
  /// A string that is the same for the same calls alone.
  std::string fingerprint() const { return to_text(description()); }
};

/// pagination: whose headers and params are added; nullptr: none. Throws TemplateError, and what fetches the global
/// variables throws.
RenderedCall render(const CallTemplate& call, const Pagination* pagination, const Scope& scope);

/// Adds rendered headers and params, replacing those of the same name.
void render_headers(const std::vector<NamedTemplate>& fields, const Scope& scope, Headers& headers);
void render_params(const std::vector<NamedTemplate>& fields, const Scope& scope, Query& params);

/// Sets a param in the place of the one of that name.
void set_param(Query& params, const std::string& name, const std::string& value);

}  // namespace connector::integration
