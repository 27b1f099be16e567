#include "oomnitza/oomnitza.h"

#include <utility>

namespace connector {
namespace {

const std::vector<std::string>& secret_headers() {
  static const std::vector<std::string> names = {"Authorization2", "X-CSRF-Token"};
  return names;
}

}  // namespace

Oomnitza::Oomnitza(const CloudSettings& settings, const std::string& source, Log log, std::stop_token stop)
    : url_(settings.url),
      token_(settings.api_token),
      username_(settings.username),
      password_(settings.password),
      http_(settings.tls(), log, std::move(stop), AfterStop::finish),
      log_(std::move(log)) {
  if (!source.empty()) http_.headers.set("X-Connector-Source", source);
}

void Oomnitza::log_in() {
  try {
    if (token_.empty()) {
      token_.value = token_by_password();
      log_.hide(token_.value);
    } else {
      http_.headers.set("Authorization2", token_.value);
      http_.headers.set("Content-Type", "application/json; charset=utf-8");
      const Response answer = http_.send({.url = url_.value + "/api/v2/mappings",
                                          .query = {{"name", "AuthTest"}},
                                          .secret_headers = secret_headers()});
      if (const auto csrf = answer.headers.find("X-CSRF-Token")) http_.headers.set("X-CSRF-Token", *csrf);
    }
  } catch (const HttpError& error) {
    const bool refused = error.status() == 401 || error.status() == 403;
    throw AuthenticationError(
        fmt::format("section [oomnitza]: {}: {}",
                    refused ? "Oomnitza refuses the credentials, check api_token, or username and password"
                            : "Oomnitza cannot be reached, check url",
                    error.what()));
  }
}

std::string Oomnitza::token_by_password() {
  const Response answer =
      http_.send({.method = "POST",
                  .url = url_.value + "/api/request_token",
                  .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                  .body = "login=" + percent_encoded(username_) + "&password=" + percent_encoded(password_.value),
                  .stay_on_host = true});
  const Json body = answer.json();
  const Json& token = at(body, "token");
  if (!token.is_string() || token.get_ref<const std::string&>().empty()) {
    throw AuthenticationError("section [oomnitza]: the answer of POST /api/request_token holds no token");
  }
  http_.headers.set("Authorization2", token.get<std::string>());
  http_.headers.set("Content-Type", "application/json; charset=utf-8");
  if (const auto csrf = answer.headers.find("X-CSRF-Token")) http_.headers.set("X-CSRF-Token", *csrf);
  return token.get<std::string>();
}

Json Oomnitza::mapping(const std::string& mapping_name) const {
  const Response answer = http_.send(
      {.url = url_.value + "/api/v2/mappings", .query = {{"name", mapping_name}}, .secret_headers = secret_headers()});
  Json mapping = answer.json();
  if (!mapping.is_object()) throw SourceError("the mapping \"" + mapping_name + "\" that Oomnitza sent is no object");
  return mapping;
}

bool Oomnitza::is_canceled(const std::string& portion) const {
  const Response answer =
      http_.send({.url = url_.value + "/api/v3/bulk/" + portion, .secret_headers = secret_headers()});
  const Json state = answer.json();
  return at(state, "canceled") == true;
}

Response Oomnitza::post(const std::string& path, std::string body) const {
  return http_.send({.method = "POST",
                     .url = url_.value + path,
                     .body = std::move(body),
                     .secret_headers = secret_headers(),
                     .stay_on_host = true});
}

void Oomnitza::upload(std::string body) const {
  post("/api/v3/bulk", std::move(body));
}

void Oomnitza::finalize(const std::string& portion) const {
  post("/api/v3/bulk/" + portion + "/finalize", "{}");
}

Json Oomnitza::locations() const {
  return http_.send({.url = url_.value + "/api/v3/locations", .secret_headers = secret_headers()}).json();
}

Json Oomnitza::reports(const std::string& source_type, const std::string& source_id, std::int64_t after) const {
  const std::string filter = fmt::format("(creation_date gt {}) and (created_by_type eq '{}')", after, source_type);
  const Response answer =
      http_.send({.url = url_.value + "/api/v3/media_storage",
                  .query = {{"filter", filter}, {"created_by_id", source_id}, {"sortby", "creation_date asc"}},
                  .secret_headers = secret_headers()});
  Json reports = answer.json();
  if (!reports.is_array()) throw SourceError(answer.method + " " + answer.url + ": the answer is no list of reports");
  return reports;
}

void Oomnitza::add_ready_portion(const std::string& service, const Json& portion) const {
  post("/api/v3/bulk/" + percent_encoded(service) + "/add_ready_portion", to_text(portion));
}

}  // namespace connector
