// Users of Zendesk, with their organizations when wanted.
#include <unordered_map>

#include "connector/connector.h"
#include "connector/oauth.h"
#include "connector/pages.h"

namespace connector {
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
    if (page_size < 1 || page_size > 100) add_problem("page_size", "must be from 1 to 100");
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
      each_page("organizations", {}, [&](Json& organizations) { keep(emit, organizations); });
    }
    Query filter;
    for (const std::string& role : roles) filter.emplace_back("role[]", role);
    each_page("users", filter, [&](Json& users) {
      for (Json& user : users) add_organization(user);
      emit_rows(emit, users, "a user");
    });
  }

 private:
  bool uses_api_token() const { return oauth_token.empty() && client_id.empty(); }

  /// Hands over the list of that name page by page.
  void each_page(const std::string& list, const Query& filter, const std::function<void(Json&)>& take) const {
    Request request{.url = fmt::format("{}/api/v2/{}.json", base_.value, list), .query = filter};
    request.query.emplace_back("page[size]", std::to_string(page_size));
    PageGuard guard("Zendesk");
    for (;;) {
      guard.check(request.url);
      const Response response = get(request);
      guard.check(response.body);  // a link may name a page that was read in another way
      Json page = response.json();
      if (lacks_list(page, list, response)) return;
      take(list_of(page, list, response));
      const Json& next = next_link(page);
      if (next.is_null()) return;
      if (!next.is_string()) throw SourceError(response.url + ": the response's link to the next page is not a string");
      request = {.url = next_url(base_, response.url, next.get<std::string>())};
    }
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

  /// The link to the page after this one, null when this is the last. Servers that know no cursors have it elsewhere.
  static const Json& next_link(const Json& page) {
    static const Json none;
    static const Json missing = false;  // there is more, and no way to it
    if (at(page, "meta").is_null()) return at(page, "next_page");
    if (at(page, "meta.has_more") != true) return none;
    const Json& link = at(page, "links.next");
    return link.is_null() ? missing : link;
  }

  void keep(const Emit& emit, Json& organizations) {
    for (Json& organization : organizations) {
      if (!organization.is_object()) {
        emit.incomplete("Zendesk's organizations: an organization is not an object");
        continue;
      }
      std::string id = to_text(at(organization, "id"));
      organizations_.insert_or_assign(std::move(id), std::move(organization));
    }
  }

  void add_organization(Json& user) const {
    if (organizations_.empty() || !user.is_object()) return;
    const Json& id = at(user, "organization_id");
    const auto found = id.is_null() ? organizations_.end() : organizations_.find(to_text(id));
    user["organization"] = found == organizations_.end() ? Json::object() : found->second;
  }

  Url base_;
  std::unordered_map<std::string, Json> organizations_;  ///< by id
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

Plugin zendesk() {
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
              setting(
                  "page_size", &Zendesk::page_size,
                  {.help = "Number of users a request asks for, up to 100.", .default_value = 100, .in_sample = false}),
          },
      .default_mapping = default_mapping(),
      .make = make<Zendesk>,
  };
}

}  // namespace connector
