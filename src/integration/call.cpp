#include "integration/call.h"

#include <algorithm>

namespace connector::integration {

Json RenderedCall::description() const {
  Json description = {{"url", url}, {"http_method", method}, {"params", Json::object()}, {"headers", Json::object()}};
  for (const auto& [name, value] : params) description["params"][name] = value;
  for (const auto& [name, value] : headers) description["headers"][name] = value;
  description["body"] = body;
  return description;
}

void set_param(Query& params, const std::string& name, const std::string& value) {
  const auto known = std::find_if(params.begin(), params.end(), [&](const auto& param) { return param.first == name; });
  if (known == params.end()) {
    params.emplace_back(name, value);
  } else {
    known->second = value;
  }
}

void render_headers(const std::vector<NamedTemplate>& fields, const Scope& scope, Headers& headers) {
  for (const auto& [name, value] : fields) headers.set(name, scope.text(value));
}

void render_params(const std::vector<NamedTemplate>& fields, const Scope& scope, Query& params) {
  for (const auto& [name, value] : fields) set_param(params, name, scope.text(value));
}

RenderedCall render(const CallTemplate& call, const Pagination* pagination, const Scope& scope) {
  RenderedCall rendered{.method = call.method, .url = scope.text(call.url), .headers = {}, .params = {}, .body = {}};
  render_headers(call.headers, scope, rendered.headers);
  render_params(call.params, scope, rendered.params);
  if (pagination != nullptr) {
    render_headers(pagination->headers, scope, rendered.headers);
    render_params(pagination->params, scope, rendered.params);
  }
  if (!call.body.is_null()) rendered.body = scope.text(call.body);
  return rendered;
}

}  // namespace connector::integration
