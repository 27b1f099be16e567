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

void render_headers(const std::vector<NamedTemplate>& fields, Templates& templates, const Variables& variables,
                    Headers& headers) {
  for (const auto& [name, value] : fields) headers.set(name, templates.render_text(value, variables));
}

void render_params(const std::vector<NamedTemplate>& fields, Templates& templates, const Variables& variables,
                   Query& params) {
  for (const auto& [name, value] : fields) set_param(params, name, templates.render_text(value, variables));
}

RenderedCall render(const CallTemplate& call, const Pagination* pagination, Templates& templates,
                    const Variables& variables) {
  RenderedCall rendered{.method = call.method,
                        .url = templates.render_text(call.url, variables),
                        .headers = {},
                        .params = {},
                        .body = {}};
  render_headers(call.headers, templates, variables, rendered.headers);
  render_params(call.params, templates, variables, rendered.params);
  if (pagination != nullptr) {
    render_headers(pagination->headers, templates, variables, rendered.headers);
    render_params(pagination->params, templates, variables, rendered.params);
  }
  if (!call.body.is_null()) rendered.body = templates.render_text(call.body, variables);
  return rendered;
}

}  // namespace connector::integration
