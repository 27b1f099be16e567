// Users of an Okta organization, deprovisioned ones on demand.
#include <string>

#include "connector/connector.h"
#include "connector/oauth.h"
#include "connector/pages.h"

namespace connector::okta {
namespace {

/// Users of an Okta organization.
class Okta final : public Connector {
 public:
  Url url;
  Secret api_token;
  std::string client_id;
  Secret private_key;
  std::string key_id;
  std::string scopes;
  std::string default_role;
  std::string default_position;
  bool deprovisioned = false;
  bool groups = false;
  int page_size = 0;

  void check(const AddProblem& add_problem) override {
    if (api_token.empty() && client_id.empty()) {
      add_problem("api_token", "is missing: set it, or client_id and private_key");
    }
    if (client_id.empty() != private_key.empty()) {
      add_problem(client_id.empty() ? "client_id" : "private_key", "is missing: client_id and private_key go together");
    }
    if (!private_key.empty()) {
      const std::string problem = private_key_problem(private_key.value);
      if (!problem.empty()) add_problem("private_key", problem);
    }
  }

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    http.headers.set("Content-Type", "application/json");
    if (client_id.empty()) {
      http.headers.set("Authorization", "SSWS " + api_token.value);
    } else {
      http.keep_logged_in([this] {
        return client_assertion(http, {.token_url = url.value + "/oauth2/v1/token",
                                       .client_id = client_id,
                                       .private_key = private_key.value,
                                       .key_id = key_id,
                                       .scope = scopes});
      });
    }
  }

  void read(const Emit& emit) override {
    const std::string list = fmt::format("{}/api/v1/users?limit={}", url.value, page_size);
    read_users(emit, list);  // Okta leaves deprovisioned users out of it
    if (deprovisioned) read_users(emit, list + "&filter=" + percent_encoded("status eq \"DEPROVISIONED\""));
  }

 private:
  void read_users(const Emit& emit, const std::string& first) const {
    read_list(first, [&](Json& users) {
      if (!groups) return emit_rows(emit, users, "a user");
      emit_details(
          *this, emit, users, [this](const Json& user) { return with_groups(user); },
          [](const Json& user) { return "user " + to_text(at(user, "profile.login")); });
    });
  }

  /// The next page is known before this one is parsed.
  void read_list(const std::string& first, const std::function<void(Json&)>& take) const {
    PageGuard guard("Okta");
    const auto ask = [&](const Request& request) {
      guard.check(request.url);
      Page page{.response = get(request)};
      if (const auto link = link_of(page.response, "next")) {
        page.next = [this, from = request.url, link = *link] { return Request{.url = next_url(url, from, link)}; };
      }
      return page;
    };
    each_page({.url = first}, ask, [&](Page& page) {
      Json rows = page.response.json();
      take(list_of(rows, "", page.response));
    });
  }

  Response get(Request request) const {
    request.allow = {401};
    Response response = http.send(request);
    if (response.status == 401) {
      const bool is_old_token = client_id.empty() && response.body.find("E0000011") != std::string::npos;
      throw AuthenticationError(problem_of(response, log) +
                                (is_old_token ? ". Okta API tokens expire after 30 days without use, and with the "
                                                "account of their owner: create a new one and set api_token"
                                              : ""));
    }
    return response;
  }

  Json with_groups(Json user) const {
    const Json& id = at(user, "id");
    if (!id.is_string()) throw SourceError("the user has no id, so its groups cannot be read");
    Json names = Json::array();
    read_list(fmt::format("{}/api/v1/users/{}/groups", url.value, percent_encoded(id.get<std::string>())),
              [&](Json& page) {
                for (const Json& group : page) names.push_back(at(group, "profile.name"));
              });
    user["groups"] = std::move(names);
    return user;
  }
};

Json default_mapping() {
  return {{"USER", {{"source", "profile.login"}}},         {"FIRST_NAME", {{"source", "profile.firstName"}}},
          {"LAST_NAME", {{"source", "profile.lastName"}}}, {"EMAIL", {{"source", "profile.email"}}},
          {"PHONE", {{"source", "profile.mobilePhone"}}},  {"PERMISSIONS_ID", {{"setting", "default_role"}}},
          {"POSITION", {{"setting", "default_position"}}}};
}

}  // namespace

Plugin plugin() {
  return {
      .section = "okta",
      .mapping_name = "Okta",
      .data_type = DataType::users,
      .settings =
          {
              setting("url", &Okta::url,
                      {.help = "Address of the Okta organization.", .default_value = "https://example-admin.okta.com"}),
              setting("api_token", &Okta::api_token,
                      {.help = "API token of an administrator who may view users; not needed with client_id.",
                       .default_value = "",
                       .example = "***"}),
              setting("client_id", &Okta::client_id,
                      {.help = "Client ID of an API service app, which replaces api_token (OAuth 2.0).",
                       .default_value = "",
                       .in_sample = false}),
              setting("private_key", &Okta::private_key,
                      {.help = "The app's private key, RSA or P-256: PEM, JWK, or the path of a file with one.",
                       .default_value = "",
                       .in_sample = false}),
              setting("key_id", &Okta::key_id,
                      {.help = "The key's ID (kid) in Okta; a JWK names its own.",
                       .default_value = "",
                       .in_sample = false}),
              setting("scopes", &Okta::scopes,
                      {.help = "OAuth scopes to request, separated by blanks.",
                       .default_value = "okta.users.read",
                       .in_sample = false}),
              setting("default_role", &Okta::default_role,
                      {.help = "ID of the Oomnitza role of new users.", .example = "25"}),
              setting("default_position", &Okta::default_position,
                      {.help = "Position of the users in Oomnitza.", .example = "Employee"}),
              setting("deprovisioned", &Okta::deprovisioned,
                      {.help = "Whether users with the status DEPROVISIONED are read, too.", .default_value = "false"}),
              setting("groups", &Okta::groups,
                      {.help = "Whether each user gets the names of its groups; costs one request per user.",
                       .default_value = "false",
                       .in_sample = false}),
              page_size_setting(&Okta::page_size, "Users", 200),
          },
      .default_mapping = default_mapping(),
      .limits = {.reset = ResetUnit::epoch_seconds},
      .make = make<Okta>,
  };
}

}  // namespace connector::okta
