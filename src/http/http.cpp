#include "connector/http.h"

#include "http/call.h"
#include "http/repeats.h"

namespace connector {

class Http::Session {
 public:
  Session(TlsSettings tls, Log log, std::stop_token stop, AfterStop after_stop, Timing timing)
      : log_(std::move(log)),
        after_stop_(after_stop),
        wait_(timing.wait ? timing.wait : http::wait_for_real),
        connections_(std::move(tls), std::move(stop), timing) {}

  Response send(const Request& request, const Headers& headers) {
    if (after_stop_ == AfterStop::refuse && connections_.stop().stop_requested()) throw Stopped{};
    return http::Call(request, headers, connections_, log_, wait_).run();
  }

  void use_cookies_as_credentials() {
    for (const std::string& value : connections_.take()->widen_cookies()) log_.hide(value);
  }

 private:
  Log log_;
  AfterStop after_stop_;
  http::Wait wait_;
  http::Connections connections_;
};

Http::Http() : Http(TlsSettings{}, Log{}) {}

Http::Http(TlsSettings tls, Log log, std::stop_token stop, AfterStop after_stop, Timing timing)
    : session_(
          std::make_shared<Session>(std::move(tls), std::move(log), std::move(stop), after_stop, std::move(timing))) {}

Response Http::send(const Request& request) const {
  return session_->send(request, headers);
}

void Http::use_cookies_as_credentials() const {
  session_->use_cookies_as_credentials();
}

Response Http::get(const std::string& url, const Query& query, const Headers& own) const {
  return send({.url = url, .query = query, .headers = own});
}

Response Http::post(const std::string& url, const Json& body, const Headers& own) const {
  Request request{.method = "POST", .url = url, .headers = own, .body = to_text(body)};
  if (!headers.contains("Content-Type") && !own.contains("Content-Type")) {
    request.headers.set("Content-Type", "application/json");
  }
  return send(request);
}

Response Http::post_form(const std::string& url, const Query& form, const Headers& own) const {
  Request request{.method = "POST", .url = url, .headers = own, .body = http::query_text(form)};
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  return send(request);
}

void Http::basic_authentication(const std::string& user, const std::string& password) {
  headers.set("Authorization", "Basic " + base64(user + ":" + password));
}

namespace {

HttpError no_json(const Response& answer, const JsonError& error) {
  return {answer.method + " " + answer.url + ": the answer is no JSON: " + error.what(), answer.status, false};
}

}  // namespace

Json Response::json() const {
  try {
    return parse_json(body);
  } catch (const JsonError& error) {
    throw no_json(*this, error);
  }
}

Json Response::json_items(std::string_view list, const std::function<void(Json)>& take) const {
  try {
    return parse_json_items(body, list, take);
  } catch (const JsonError& error) {
    throw no_json(*this, error);
  }
}

}  // namespace connector
