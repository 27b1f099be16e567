// Devices that a Fortinet FortiManager manages.
#include "connector/pages.h"

namespace connector::fortimanager {
namespace {

/// A setting that is a list of strings.
struct Fields {
  std::vector<std::string> names;
};

void parse_setting(const std::string& text, Fields& value) {
  const auto names = string_list(text);
  if (!names) throw std::invalid_argument(R"(must be a JSON list of strings, like ["name", "sn"])");
  value.names = *names;
}

/// What FortiManager says about a request, which is refused with HTTP status 200 too.
std::string verdict_of(const Json& answer) {
  const Json& status = at(answer, "result.0.status");
  return fmt::format("code {}: {}", to_text(at(status, "code")), to_text(at(status, "message")));
}

class FortiManager final : public Connector {
 public:
  Url url;
  std::string user;
  Secret password;
  Secret api_key;
  Fields filter_fields;
  std::string token_url;

  void check(const AddProblem& add_problem) override {
    url.value.erase(0, url.value.find_first_not_of('/'));
    if (!api_key.empty()) return;
    if (user.empty()) add_problem("user", "is required, unless there is an api_key");
    if (password.empty()) add_problem("password", "is required, unless there is an api_key");
  }

  void authenticate() override {
    if (!api_key.empty()) {
      http.headers.set("Authorization", "Bearer " + api_key.value);
    } else {
      session_ = is_cloud() ? log_in_to_cloud() : log_in();
      log.hide(session_);
    }
  }

  /// All devices come in one response.
  void read(const Emit& emit) override {
    const SessionEnd session_end(
        *this, [this] { return logout(); }, Level::warning);
    const Response response = http.send(request_for_devices());
    if (response.status == 401) {
      throw AuthenticationError(problem_of(response, log) +
                                "; check api_key and the trusted hosts of its administrator");
    }
    Json answer = response.json();
    Json& results = list_of(answer, "result", response);
    if (at(answer, "result.0.status.code") != 0) {
      throw SourceError("FortiManager refuses to list devices, " + verdict_of(answer));
    }
    if (is_empty(at(results, "0.data"))) return;
    emit_rows(emit, list_of(answer, "result.0.data", response), "a device");
  }

 private:
  std::string log_in() const {
    const Json login = {{"data", Json::array({{{"passwd", password.value}, {"user", user}}})},
                        {"url", "/sys/login/user"}};
    return session_of(http.send(request(
        address(),
        {{"id", 1}, {"method", "exec"}, {"params", Json::array({login})}, {"session", nullptr}, {"verbose", 1}})));
  }

  bool is_cloud() const {
    const std::optional<UrlParts> parts = parse_url(url.value);
    return parts && parts->host.ends_with(".fortimanager.forticloud.com");
  }

  /// FortiManager Cloud knows no users of its own: a token of FortiCloud opens the session.
  std::string log_in_to_cloud() const {
    const Json answer = http.send(request(token_url, {{"username", user},
                                                      {"password", password.value},
                                                      {"client_id", "FortiManager"},
                                                      {"grant_type", "password"}}))
                            .json();
    const Json& token = at(answer, "access_token");
    if (!token.is_string() || token == "") throw AuthenticationError("FortiCloud's response holds no access_token");
    log.hide(token.get<std::string>());
    const std::string origin = parse_url(url.value)->origin();
    return session_of(http.send(request(origin + "/p/forticloud_jsonrpc_login/", {{"access_token", token}})));
  }

  static std::string session_of(const Response& response) {
    const Json answer = response.json();
    const Json& session = at(answer, "session");
    if (session.is_string() && session != "") return session;
    throw AuthenticationError("FortiManager refuses the login, " + verdict_of(answer));
  }

  Request request_for_devices() const {
    const Json devices = {{"fields", filter_fields.names}, {"url", "/dvmdb/device"}};
    Json body = {
        {"id", 1}, {"method", "get"}, {"params", Json::array({devices})}, {"session", session_}, {"verbose", 1}};
    if (session_.empty()) body.erase("session");
    Request wanted = request(address(), body);
    if (session_.empty()) wanted.allow = {401};
    return wanted;
  }

  std::optional<Request> logout() const {
    if (session_.empty()) return std::nullopt;
    const Json logout = {{"url", "/sys/logout"}};
    return request(address(),
                   {{"id", 1}, {"method", "exec"}, {"params", Json::array({logout})}, {"session", session_}});
  }

  std::string address() const {
    return url.value.find("/jsonrpc") == std::string::npos ? url.value + "/jsonrpc" : url.value;
  }

  /// Password and session are in the body: no other host gets it.
  static Request request(const std::string& to, const Json& body) {
    return {.method = "POST",
            .url = to,
            .headers = {{"Content-Type", "application/json"}},
            .body = to_text(body),
            .stay_on_host = true};
  }

  std::string session_;
};

}  // namespace

Plugin plugin() {
  return {
      .section = "fortimanager",
      .mapping_name = "Fortimanager",
      .settings =
          {
              setting("url", &FortiManager::url,
                      {.help = "Address of FortiManager.", .example = "https://FORTIMANAGER"}),
              setting("user", &FortiManager::user,
                      {.help = "Administrator with JSON API access, or API ID of FortiManager Cloud.",
                       .default_value = "",
                       .example = "***"}),
              setting("password", &FortiManager::password,
                      {.help = "The administrator's password.", .default_value = "", .example = "***"}),
              setting("filter_fields", &FortiManager::filter_fields,
                      {.help = "Fields of devices to bring, a JSON list; [] for all.", .default_value = "[]"}),
              setting("api_key", &FortiManager::api_key,
                      {.help = "Key of a REST API administrator, in place of user and password (7.2.2 and later).",
                       .default_value = "",
                       .in_sample = false}),
              setting("token_url", &FortiManager::token_url,
                      {.help = "Where FortiManager Cloud's tokens come from.",
                       .default_value = "https://customerapiauth.fortinet.com/api/v1/oauth/token/",
                       .in_sample = false}),
          },
      .basic_connector = true,
      .make = make<FortiManager>,
  };
}

}  // namespace connector::fortimanager
