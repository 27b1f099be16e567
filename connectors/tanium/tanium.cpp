// Assets of Tanium's Asset module with their applications.
#include "connector/connector.h"

#include <charconv>
#include <cstdint>

namespace connector {
namespace {

constexpr std::size_t longest_session = std::size_t{16} << 10;  // it is sent with each request, and hidden in each log

/// Applications as Oomnitza wants them: name, version, path.
Json software_of(const Json& asset) {
  Json software = Json::array();
  const Json& applications = at(asset, "ci_installed_application");
  if (!applications.is_array()) return software;
  for (const Json& application : applications) {
    software.push_back({{"name", at(application, "name")}, {"version", at(application, "version")}, {"path", nullptr}});
  }
  return software;
}

/// 5, 5.0 or "5"; 0 for everything else.
std::int64_t asset_id(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : to_text(value);
  std::int64_t id = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool is_whole = rest == text.data() + text.size() || std::string_view(rest) == ".0";
  return error == std::errc() && is_whole ? id : 0;
}

/// Assets of Tanium's Asset module with their applications.
class Tanium final : public Connector {
 public:
  Url url;
  Secret session_token;
  std::string username;
  Secret password;
  std::string domain;
  std::string view;

  void check(const Complain& complain) override {
    if (session_token.empty() && (username.empty() || password.empty())) {
      complain("session_token", "is missing: set it, or username and password");
    }
  }

  void authenticate() override { start_session(); }

  void read(const Emit& emit) override {
    for (std::int64_t first = 1;;) {
      Json page = page_from(first);
      if (!at(page, "data").is_array()) {
        throw SourceError(fmt::format("Tanium's answer for the assets from {} has no data", first));
      }
      if (page["data"].empty()) return;
      for (Json& asset : page["data"]) {
        if (asset.is_object()) {
          asset["oomnitza_software"] = software_of(asset);
          emit(std::move(asset));
        } else {
          emit({std::move(asset), "an asset is no object"});
        }
      }
      const std::int64_t next = asset_id(at(page, "meta.nextAssetId"));
      if (next <= first) return;
      first = next;
    }
  }

 private:
  void start_session() {
    std::string session = session_token.value;
    if (session.empty()) {
      const Json answer = http.post(url.value + "/api/v2/session/login",
                                    {{"username", username}, {"password", password.value}, {"domain", domain}})
                              .json();
      const Json& token = at(answer, "data.session");
      if (!token.is_string() || token == "") throw AuthenticationError("Tanium's answer to the login holds no session");
      session = token.get<std::string>();
      if (session.size() > longest_session) {
        throw AuthenticationError(
            fmt::format("the session in Tanium's answer to the login is longer than {} bytes", longest_session));
      }
      log.hide(session);
    }
    http.headers.set("session", session);
  }

  /// A session from a login may expire midway: one new login for a page.
  Json page_from(std::int64_t first) {
    Request request{.url = url.value + "/plugin/products/asset/v1/assets",
                    .query = {{"limit", "100"}, {"minimumAssetId", std::to_string(first)}},
                    .secret_headers = {"session"}};
    if (!view.empty()) request.query.emplace_back("viewId", view);
    if (session_token.empty()) request.allow = {401, 403};
    Response answer = http.send(request);
    if (!answer.ok()) {
      log.info("the session is refused, logging in once more");
      start_session();
      request.allow = {};
      answer = http.send(request);
    }
    return answer.json();
  }
};

}  // namespace

Plugin tanium() {
  return {
      .section = "tanium",
      .mapping_name = "Tanium",
      .settings =
          {
              setting("url", &Tanium::url,
                      {.help = "Address of the Tanium server.", .example = "https://TANIUM_SERVER"}),
              setting("username", &Tanium::username,
                      {.help = "User that logs in.", .default_value = "", .example = "***"}),
              setting("password", &Tanium::password,
                      {.help = "The user's password.", .default_value = "", .example = "***"}),
              setting("session_token", &Tanium::session_token,
                      {.help = "A token instead of user and password.", .default_value = ""}),
              setting("domain", &Tanium::domain, {.help = "The user's domain.", .default_value = ""}),
              setting("view", &Tanium::view,
                      {.help = "Number of the view that limits what comes.", .default_value = ""}),
          },
      .default_mapping = {{"APPLICATIONS", {{"source", "oomnitza_software"}}}},
      .make = make<Tanium>,
  };
}

}  // namespace connector
