#include "integration/caller.h"

namespace connector::integration {
namespace {

constexpr std::size_t largest_answer = std::size_t{64} << 20;
constexpr std::chrono::minutes longest_call{30};

/// A response below 400 is one, also a redirect that leads nowhere.
bool is_answer(const Response& response) {
  return response.status >= 300 && response.status < 400 && !response.headers.contains("Location");
}

}  // namespace

Sender::Sender(Http& http, Log log) : http_(http), log_(std::move(log)) {
  http.headers.set("User-Agent", "Oomnitza Connector");
}

Response Sender::send(const RenderedCall& call, const Credentials& credentials) const {
  Request request{.method = call.method,
                  .url = call.url,
                  .query = call.params,
                  .headers = call.headers,
                  .body = call.body,
                  .certificate = credentials.certificate,
                  .stay_on_host = call.is_login,
                  .time_limit = longest_call,
                  .max_body = largest_answer};
  for (const auto& [name, value] : credentials.headers) {
    request.headers.set(name, value);
    request.secret_headers.push_back(name);
  }
  for (const auto& [name, value] : credentials.params) set_param(request.query, name, value);
  request.accept = is_answer;
  try {
    return http_.send(request);
  } catch (const HttpError& error) {
    const std::string hint =
        error.status() == 403 ? " (the integration's user needs permissions for this request)" : "";
    throw HttpError(log_.redact(error.what()) + hint, error.status(), error.retries_exhausted());
  }
}

Caller::Called Caller::call(const CallTemplate& call, const Pagination* pagination, Scope& scope) const {
  const auto render_call = [&] { return render(call, pagination, scope); };
  RenderedCall rendered = render_call();
  DecodedResponse response = send(rendered, render_call, scope);
  return {std::move(response), rendered.fingerprint()};
}

DecodedResponse Caller::ask(const RenderedCall& call, Scope& scope) const {
  RenderedCall own = call;
  return send(
      own, [&] { return call; }, scope);
}

DecodedResponse Caller::send(RenderedCall& call, const RenderAgain& render_again, Scope& scope) const {
  for (bool is_first = true;; is_first = false) {
    const Credentials credentials = authorizer_->credentials(call, scope);
    for (const auto& [name, value] : credentials.headers) secrets_->hide_for_a_call(value);
    for (const auto& [name, value] : credentials.params) secrets_->hide_for_a_call(value);
    if (credentials.has_set_variables) call = render_again();
    try {
      return read_answer(sender_.send(call, credentials));
    } catch (const HttpError& error) {
      if (error.status() != 401 || !is_first || !authorizer_->renew(credentials)) throw;
    }
  }
}

}  // namespace connector::integration
