// Users of Zendesk, with their organizations when wanted.
#include "connector/connector.h"
#include "connector/oauth.h"
#include "zendesk/organizations.h"
#include "zendesk/pages.h"

namespace connector::zendesk {
namespace {

/// Users of Zendesk, with their organizations when wanted.
class Zendesk final : public Connector {
 public:
  std::string system_name;
  Secret api_token;
  std::string username;
  std::string default_role;
  std::string default_position;
  bool load_organizations = false;
  Url api_url;
  std::string client_id;
  Secret client_secret;
  std::string scope;
  Secret oauth_token;
  std::vector<std::string> roles;
  int page_size = 0;

  void check(const AddProblem& add_problem) override {
    if (client_id.empty() != client_secret.empty()) {
      add_problem(client_id.empty() ? "client_id" : "client_secret",
                  "is missing: client_id and client_secret go together");
    }
    if (uses_api_token() && (username.empty() || api_token.empty())) {
      add_problem(username.empty() ? "username" : "api_token",
                  "is missing: set username and api_token, or client_id and client_secret, or oauth_token");
    }
    if (api_url.empty() && percent_encoded(system_name).find_first_of("%._~") != std::string::npos) {
      add_problem("system_name", "must be the subdomain alone: acme for https://acme.zendesk.com");
    }
    for (const std::string& role : roles) {
      if (role != "end-user" && role != "agent" && role != "admin") {
        add_problem("roles", fmt::format("\"{}\" is not a role of Zendesk; there are end-user, agent, admin", role));
      }
    }
  }

  void authenticate() override {
    base_ = api_url.empty() ? Url{fmt::format("https://{}.zendesk.com", system_name)} : api_url;
    http.headers.set("Accept", "application/json");
    if (!oauth_token.empty()) {
      http.headers.set("Authorization", "Bearer " + oauth_token.value);
    } else if (!client_id.empty()) {
      http.keep_logged_in([this] {
        return client_credentials(http, {.token_url = base_.value + "/oauth/tokens",
                                         .client_id = client_id,
                                         .client_secret = client_secret.value,
                                         .scope = scope});
      });
    } else {
      http.basic_authentication(username + "/token", api_token.value);
    }
  }

  void read(const Emit& emit) override {
    if (load_organizations) {
      read_list("organizations", {}, [&](Json& organizations) { organizations_.keep(emit, organizations); });
    }
    Query filter;
    for (const std::string& role : roles) filter.emplace_back("role[]", role);
    read_list("users", filter, [&](Json& users) {
      for (Json& user : users) organizations_.add_to(user);
      emit_rows(emit, users, "a user");
    });
  }

 private:
  bool uses_api_token() const { return oauth_token.empty() && client_id.empty(); }

  /// Hands over the list of that name page by page.
  void read_list(const std::string& list, const Query& filter, const std::function<void(Json&)>& take) const {
    Request first{.url = fmt::format("{}/api/v2/{}.json", base_.value, list), .query = filter};
    first.query.emplace_back("page[size]", std::to_string(page_size));
    PageGuard guard("Zendesk");
    const auto ask = [&](const Request& request) {
      guard.check(request.url);
      Page page = parsed(get(request), list, base_);
      guard.check(page.response.body);  // a link may name a page that was read in another way
      return page;
    };
    each_page(std::move(first), ask, [&](Page& page) {
      if (!lacks_list(page.body, list, page.response)) take(list_of(page.body, list, page.response));
    });
  }

  Response get(Request request) const {
    request.allow = {401};
    Response response = http.send(request);
    if (response.status == 401) {
      throw AuthenticationError(
          problem_of(response, log) +
          (uses_api_token()
               ? ". Check username and api_token. Zendesk retires API tokens: one unused for 30 days is "
                 "switched off, and all stop working on 2027-04-30; use client_id and client_secret instead"
               : ""));
    }
    return response;
  }

  Url base_;
  Organizations organizations_;
};

Json default_mapping() {
  return {{"USER", {{"source", "email"}}},
          {"EMAIL", {{"source", "email"}}},
          {"FIRST_NAME", {{"source", "name"}, {"converter", "first_from_full"}}},
          {"LAST_NAME", {{"source", "name"}, {"converter", "last_from_full"}}},
          {"PHONE", {{"source", "phone"}}},
          {"PERMISSIONS_ID", {{"setting", "default_role"}}},
          {"POSITION", {{"setting", "default_position"}}}};
}

}  // namespace

Plugin plugin() {
  return {
      .section = "zendesk",
      .mapping_name = "Zendesk",
      .data_type = DataType::users,
      .settings =
          {
              setting("system_name", &Zendesk::system_name,
                      {.help = "Subdomain of the account: acme for acme.zendesk.com.", .example = "SUBDOMAIN"}),
              setting("api_token", &Zendesk::api_token,
                      {.help = "API token; Zendesk ends these tokens on 2027-04-30.",
                       .default_value = "",
                       .example = "***"}),
              setting("username", &Zendesk::username,
                      {.help = "E-mail address of the API token's user.",
                       .default_value = "",
                       .example = "***@example.com"}),
              setting("client_id", &Zendesk::client_id,
                      {.help = "OAuth client that logs in, in place of username and api_token.", .default_value = ""}),
              setting("client_secret", &Zendesk::client_secret,
                      {.help = "Secret of the OAuth client.", .default_value = ""}),
              setting("scope", &Zendesk::scope,
                      {.help = "Scopes that the OAuth client asks for, separated by blanks.",
                       .default_value = "read",
                       .in_sample = false}),
              setting("oauth_token", &Zendesk::oauth_token,
                      {.help = "Access token of OAuth, in place of any other login; it is not renewed.",
                       .default_value = "",
                       .in_sample = false}),
              setting("default_role", &Zendesk::default_role,
                      {.help = "Value of PERMISSIONS_ID, unless mapped.", .example = "25"}),
              setting("default_position", &Zendesk::default_position,
                      {.help = "Value of POSITION, unless mapped.", .example = "Employee"}),
              setting("load_organizations", &Zendesk::load_organizations,
                      {.help = "Whether every user gets its organization's object.", .default_value = "False"}),
              setting("roles", &Zendesk::roles,
                      {.help = "Which users come: end-user, agent, admin, separated by commas; empty: all.",
                       .default_value = ""}),
              setting("api_url", &Zendesk::api_url,
                      {.help = "Address used instead of https://SYSTEM_NAME.zendesk.com.",
                       .default_value = "",
                       .in_sample = false}),
              page_size_setting(&Zendesk::page_size, "Users", 100),
          },
      .default_mapping = default_mapping(),
      .make = make<Zendesk>,
  };
}

}  // namespace connector::zendesk
