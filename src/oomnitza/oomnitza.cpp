#include "oomnitza/oomnitza.h"

#include <utility>

#include "http/address.h"
#include "text/failure_sign.h"
#include "text/text.h"
#include "version.h"

namespace connector {
namespace {

constexpr std::size_t largest_answer = std::size_t{64} << 20;
constexpr std::chrono::minutes longest_call{30};

const std::vector<std::string>& secret_headers() {
  static const std::vector<std::string> names = {"Authorization2", "X-CSRF-Token"};
  return names;
}

Json object(const Response& answer, const char* what) {
  Json value = answer.json();
  if (!value.is_object()) throw SourceError(fmt::format("the {} that Oomnitza sent is not an object", what));
  return value;
}

}  // namespace

Oomnitza::Oomnitza(const CloudSettings& settings, const std::string& source, Log log, std::stop_token stop,
                   Timing timing)
    : settings_(settings),
      source_(source),
      stop_(std::move(stop)),
      timing_(std::move(timing)),
      http_(settings.tls(), log, stop_, AfterStop::finish, timing_),
      log_(std::move(log)) {
  if (!source.empty()) http_.headers.set("X-Connector-Source", source);
}

void Oomnitza::observe(RequestObserver observer) {
  observer_ = std::move(observer);
  http_.observe(observer_);
}

void Oomnitza::log_in() {
  try {
    if (settings_.api_token.empty()) {
      settings_.api_token.value = token_by_password();
      log_.hide(settings_.api_token.value);
    } else {
      try_token();
    }
  } catch (const HttpError& error) {
    const bool refused = error.status() == 401 || error.status() == 403;
    throw AuthenticationError(
        fmt::format("section [oomnitza]: {}: {}",
                    refused ? "Oomnitza refuses the credentials, check api_token, or username and password"
                            : "Oomnitza cannot be reached, check url",
                    error.what()));
  } catch (const AuthenticationError&) {
    throw;
  } catch (const SourceError& error) {
    throw AuthenticationError(fmt::format("section [oomnitza]: {}", error.what()));
  }
}

void Oomnitza::try_token() {
  http_.headers.set("Authorization2", settings_.api_token.value);
  http_.headers.set("Content-Type", "application/json; charset=utf-8");
  const Response answer = get("/api/v2/mappings", {{"name", "AuthTest"}});
  require_success(answer, "GET");
  if (const auto csrf = answer.headers.find("X-CSRF-Token")) http_.headers.set("X-CSRF-Token", *csrf);
}

Oomnitza Oomnitza::with_token(const Secret& token, Log log) const {
  CloudSettings settings = settings_;
  settings.api_token = token;
  Oomnitza other(settings, source_, std::move(log), stop_, timing_);
  other.observe(observer_);
  try {
    other.try_token();
  } catch (const SourceError& error) {
    throw AuthenticationError(
        fmt::format("Oomnitza refuses the token that oomnitza_authorization gives: {}", error.what()));
  }
  return other;
}

std::string Oomnitza::token_by_password() {
  const Response answer = http_.send({.method = "POST",
                                      .url = settings_.url.value + "/api/request_token",
                                      .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                                      .body = "login=" + percent_encoded(settings_.username) +
                                              "&password=" + percent_encoded(settings_.password.value),
                                      .stay_on_host = true,
                                      .time_limit = longest_call,
                                      .max_body = largest_answer});
  const Json body = answer.json();
  const Json& token = at(body, "token");
  if (!token.is_string() || token.get_ref<const std::string&>().empty()) {
    throw AuthenticationError("section [oomnitza]: the response of POST /api/request_token has no token");
  }
  http_.headers.set("Authorization2", token.get<std::string>());
  http_.headers.set("Content-Type", "application/json; charset=utf-8");
  if (const auto csrf = answer.headers.find("X-CSRF-Token")) http_.headers.set("X-CSRF-Token", *csrf);
  return token.get<std::string>();
}

Json Oomnitza::mapping(const std::string& mapping_name) const {
  Json mapping = get("/api/v2/mappings", {{"name", mapping_name}}).json();
  if (!mapping.is_object())
    throw SourceError("the mapping \"" + mapping_name + "\" that Oomnitza sent is not an object");
  return mapping;
}

bool Oomnitza::is_canceled(const std::string& portion) const {
  const Json state = get("/api/v3/bulk/" + portion).json();
  return at(state, "canceled") == true;
}

Response Oomnitza::get(const std::string& path, const Query& query) const {
  return http_.send({.url = settings_.url.value + path,
                     .query = query,
                     .secret_headers = secret_headers(),
                     .time_limit = longest_call,
                     .max_body = largest_answer});
}

Response Oomnitza::post(const std::string& path, std::string body) const {
  return http_.send({.method = "POST",
                     .url = settings_.url.value + path,
                     .body = std::move(body),
                     .secret_headers = secret_headers(),
                     .stay_on_host = true,
                     .time_limit = longest_call,
                     .max_body = largest_answer});
}

void Oomnitza::write(const std::string& path, std::string body) const {
  require_success(post(path, std::move(body)), "POST");
}

/// See the header.
void Oomnitza::require_success(const Response& response, const char* method) const {
  const std::string request = fmt::format("{} {}", response.method, response.url);
  const auto asked = http::parse_address(settings_.url.value);
  const auto answered = http::parse_address(response.url);
  const bool is_own = asked && answered && asked->trusts(*answered) && response.method == method;
  const bool is_html = ascii_lower_case(response.headers.find("Content-Type").value_or("")).starts_with("text/html") ||
                       looks_like_html(response.body);
  if (!is_own || is_html) {
    throw HttpError(log_.redact(fmt::format("{}: a proxy or sign-in page answers in Oomnitza's place: {}", request,
                                            excerpt(response.body, log_))),
                    response.status, false);
  }
  const Json body = Json::parse(response.body, nullptr, false);
  if (has_error_status(body)) {
    throw SourceError(fmt::format("{}: Oomnitza reports an error: {}", request, excerpt(response.body, log_)));
  }
  if (const std::string sign = failure_sign(body); !sign.empty()) {
    log_.warning("{}: Oomnitza accepted this, but its response holds {}", request, excerpt(sign, log_));
  }
}

void Oomnitza::upload(std::string body) const {
  write("/api/v3/bulk", std::move(body));
}

void Oomnitza::finalize(const std::string& portion) const {
  write("/api/v3/bulk/" + portion + "/finalize", "{}");
}

Json Oomnitza::locations() const {
  return get("/api/v3/locations").json();
}

Json Oomnitza::check_managed() const {
  const Response answer = post("/api/v3/bulk/check_managed", to_text(Json{{"version", std::string(protocol_version)}}));
  require_success(answer, "POST");
  try {
    Json configurations = parse_json_without_depths(answer.body);  // each is handed out once: one must not lose others
    if (!configurations.is_array()) throw SourceError("Oomnitza's response is not a list of configurations");
    return configurations;
  } catch (const JsonError& error) {
    throw SourceError(fmt::format("what Oomnitza sent is not valid JSON: {}", error.what()));
  }
}

Json Oomnitza::managed_mapping(const std::string& service) const {
  return object(get("/api/v2/mappings", {{"connector_id", service}}), "mapping");
}

void Oomnitza::add_ready_portion(const std::string& service, const Json& body) const {
  write("/api/v3/bulk/" + percent_encoded(service) + "/add_ready_portion", to_text(body));
}

Secret Oomnitza::token(const std::string& id) const {
  const Json answer = object(get("/api/v3/auth/oomnitza_tokens/" + percent_encoded(id)), "answer");
  const Json& token = at(answer, "token");
  if (!token.is_string() || token.get_ref<const std::string&>().empty()) {
    throw SourceError("Oomnitza has sent no token for the token_id of oomnitza_authorization");
  }
  return Secret(token.get<std::string>());
}

Json Oomnitza::call_secret(const std::string& credential, const Json& call) const {
  return object(post("/api/v3/auth/" + percent_encoded(credential) + "/secret", to_text(call)), "secret of a call");
}

Json Oomnitza::aws_session_secret(const Json& call) const {
  return object(post("/api/v3/auth/aws/session/secret", to_text(call)), "secret of a call");
}

Json Oomnitza::credential(const std::string& id) const {
  return object(get("/api/v3/auth/" + percent_encoded(id)), "credential");
}

Json Oomnitza::global_variables() const {
  const Json list = get("/api/v3/settings/global_variables").json();
  if (!list.is_array()) throw SourceError("the global variables that Oomnitza sent are not a list");
  ObjectBuilder values;
  for (const Json& variable : list) {
    const Json& name = at(variable, "name");
    if (name.is_string()) values[name.get_ref<const std::string&>()] = at(variable, "value");
  }
  return values.take();
}

Json Oomnitza::reports(const std::string& source_type, const std::string& source_id, std::int64_t after) const {
  const std::string filter = fmt::format("(creation_date gt {}) and (created_by_type eq '{}')", after, source_type);
  const Response answer =
      get("/api/v3/media_storage", {{"filter", filter}, {"created_by_id", source_id}, {"sortby", "creation_date asc"}});
  Json reports = answer.json();
  if (!reports.is_array())
    throw SourceError(answer.method + " " + answer.url + ": the response is not a list of reports");
  return reports;
}

}  // namespace connector
