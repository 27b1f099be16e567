#include "server/routes.h"

#include <algorithm>

#include "server/credentials.h"
#include "text/text.h"

namespace connector::server {
namespace {

bool is_for(const Route& route, std::string_view path) {
  return route.path == "*" || route.path == path;
}

bool takes(const Route& route, std::string_view method) {
  return std::find(route.methods.begin(), route.methods.end(), method) != route.methods.end();
}

/// RFC 9112, 3.2: a request that names no host, or several, is refused. (HTTP/1.0 has none.)
bool has_wrong_host(const Head& head) {
  const auto hosts = std::count_if(head.headers.begin(), head.headers.end(),
                                   [](const auto& field) { return equal_ignoring_case(field.first, "Host"); });
  return head.is_http_1_0 ? hosts > 1 : hosts != 1;
}

}  // namespace

Routes::Decision Routes::decide(const Head& head) const {
  if (has_wrong_host(head)) return {.refusal = Reply{.status = 400}};
  const auto route = std::find_if(table_.begin(), table_.end(), [&](const Route& each) {
    return is_for(each, head.path) && takes(each, head.method);
  });
  if (route == table_.end()) return no_route(head.path);
  if (!route->admit) return {.route = &*route};
  Admission admission = route->admit(head);
  if (admission.refusal) return {.refusal = std::move(admission.refusal)};
  if (admission.secret != nullptr && !admission.secret->empty() && !presents(head, *admission.secret)) {
    if (admission.on_wrong_secret) admission.on_wrong_secret();
    return {.refusal = Reply{.status = 401, .headers = {{"WWW-Authenticate", "Basic realm=\"connector\""}}}};
  }
  return {.route = &*route, .max_body = admission.max_body};
}

/// 405 where other methods have an answer, else 404.
Routes::Decision Routes::no_route(const std::string& path) const {
  std::string methods;
  for (const Route& route : table_) {
    if (!is_for(route, path)) continue;
    for (const std::string_view method : route.methods) {
      methods += (methods.empty() ? "" : ", ") + std::string(method);
    }
  }
  if (methods.empty()) return {.refusal = Reply{.status = 404}};
  return {.refusal = Reply{.status = 405, .headers = {{"Allow", methods}}}};
}

}  // namespace connector::server
