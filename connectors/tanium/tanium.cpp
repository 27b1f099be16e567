// Assets of Tanium's Asset module with their applications.
#include "connector/pages.h"

#include <charconv>
#include <cstdint>

namespace connector::tanium {
namespace {

constexpr int max_page_size = 1000;
constexpr std::size_t longest_session = std::size_t{16} << 10;  // it is sent with each request, and hidden in each log
constexpr const char* token_prefix = "token-";

Json software_of(const Json& asset) {
  Json software = Json::array();
  const Json& applications = at(asset, "ci_installed_application");
  if (!applications.is_array()) return software;
  for (const Json& application : applications) {
    software.push_back(software_entry(at(application, "name"), at(application, "version")));
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
  int page_size = 100;

  void check(const AddProblem& add_problem) override {
    if (session_token.empty() && (username.empty() || password.empty())) {
      add_problem("session_token", "is missing: set it, or username and password");
    }
  }

  void authenticate() override {
    if (session_token.empty()) {
      http.keep_logged_in([this] { return log_in(); }, {401, 403});
    } else {
      use_session(session_token.value);
    }
  }

  void read(const Emit& emit) override {
    std::int64_t first = 1;
    const auto ask = [&](const Request& request) {
      Page page{.response = assets(request, first == 1)};
      page.body = page.response.json();
      const std::int64_t next = asset_id(at(page.body, "meta.nextAssetId"));
      if (list_of(page.body, "data", page.response).empty() || next <= first) return page;
      page.next = [&, next] { return request_from(first = next); };
      return page;
    };
    each_page(request_from(first), ask, [&](Page& page) {
      Json& assets = page.body["data"];
      for (Json& asset : assets) {
        if (asset.is_object()) asset["oomnitza_software"] = software_of(asset);
      }
      emit_rows(emit, assets, "an asset");
    });
  }

 private:
  Login log_in() const {
    Request request{.method = "POST", .url = url.value + "/api/v2/session/login"};
    request.headers = {{"Content-Type", "application/json"}};
    request.body = to_text({{"username", username}, {"password", password.value}, {"domain", domain}});
    request.allow = {401, 403, 404};
    const Response response = http.send(request);
    if (!response.ok()) {
      throw AuthenticationError(problem_of(response, log) +
                                ". Check username, password and domain; Tanium Cloud takes no passwords: set "
                                "session_token to an API token");
    }
    const Json answer = response.json();
    const Json& token = at(answer, "data.session");
    if (!token.is_string() || token == "") throw AuthenticationError("Tanium's login response has no data.session");
    if (token.get_ref<const std::string&>().size() > longest_session) {
      throw AuthenticationError(
          fmt::format("the session in Tanium's login response is longer than {} bytes", longest_session));
    }
    return session(token.get<std::string>());
  }

  static Login session(const std::string& token) { return {.headers = {{"session", token}}}; }

  /// A session that is not renewed.
  void use_session(const std::string& token) {
    http.keep_logged_in([token] { return session(token); }, {});
  }

  Request request_from(std::int64_t first) const {
    Request request{.url = url.value + "/plugin/products/asset/v1/assets",
                    .query = {{"limit", std::to_string(page_size)}, {"minimumAssetId", std::to_string(first)}},
                    .allow = {401, 403}};
    if (!view.empty()) request.query.emplace_back("viewId", view);
    return request;
  }

  Response assets(const Request& request, bool is_first) {
    Response response = http.send(request);
    if (response.status == 401 && is_first && lacks_prefix()) {
      log.info("Tanium refuses the session_token; trying it with \"{}\" in front", token_prefix);
      use_session(token_prefix + session_token.value);
      response = http.send(request);
    }
    if (response.ok()) return response;
    throw AuthenticationError(problem_of(response, log) + refusal());
  }

  /// API tokens begin with "token-"; it is lost easily when one is copied.
  bool lacks_prefix() const { return !session_token.empty() && !session_token.value.starts_with(token_prefix); }

  std::string refusal() const {
    if (session_token.empty()) return ". Check that the user may read in the Asset module";
    return ". Check that the session_token has not expired, that this machine's address is trusted for it, and that "
           "its "
           "persona may read in the Asset module";
  }
};

}  // namespace

Plugin plugin() {
  return {
      .section = "tanium",
      .mapping_name = "Tanium",
      .settings =
          {
              setting("url", &Tanium::url,
                      {.help = "Address of the Tanium server; Tanium Cloud's API host has -api in its name.",
                       .example = "https://TANIUM_SERVER"}),
              setting("username", &Tanium::username,
                      {.help = "User that logs in.", .default_value = "", .example = "***"}),
              setting("password", &Tanium::password,
                      {.help = "The user's password.", .default_value = "", .example = "***"}),
              setting("session_token", &Tanium::session_token,
                      {.help = "An API token instead of user and password.", .default_value = ""}),
              setting("domain", &Tanium::domain, {.help = "The user's domain.", .default_value = ""}),
              setting("view", &Tanium::view,
                      {.help = "Number of the view that limits what comes.", .default_value = ""}),
              page_size_setting(&Tanium::page_size, "Assets", max_page_size, 100),
          },
      .default_mapping = {{"APPLICATIONS", {{"source", "oomnitza_software"}}}},
      .make = make<Tanium>,
  };
}

}  // namespace connector::tanium
