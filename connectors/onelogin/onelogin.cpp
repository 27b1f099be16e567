// Users of a OneLogin account, by its JSON APIs 1 and 2 or the old XML API.
#include <string>

#include "connector/connector.h"
#include "onelogin/pages.h"
#include "onelogin/token.h"
#include "onelogin/user.h"

namespace connector::onelogin {
namespace {

constexpr int largest_page = 50;

/// Users of a OneLogin account.
class OneLogin final : public Connector {
 public:
  Url url;
  std::string client_id;
  Secret client_secret;
  Secret api_token;
  Url token_url;
  std::string default_role;
  std::string default_position;
  int page_size = 0;

  void check(const AddProblem& add_problem) override {
    if (!has_client() && api_token.empty()) {
      add_problem(client_id.empty() ? "client_id" : "client_secret",
                  "is missing: set client_id and client_secret, or api_token for the old XML API");
    }
    if (!parse_url(url.value)) add_problem("url", "must be the address of the list of users");
  }

  void authenticate() override {
    if (has_client()) {
      http.headers.set("Accept", "application/json");
      http.keep_logged_in([this] { return log_in(); });
    } else {
      log.warning(
          "OneLogin's XML API is outdated: create API credentials, set client_id and client_secret, and let url "
          "end in /api/1/users");
      http.basic_authentication(api_token.value, "x");
    }
  }

  void read(const Emit& emit) override {
    if (!has_client()) {
      read_xml(emit);
    } else if (url.value.find("/api/2/") != std::string::npos) {
      read_api_2(emit);
    } else {
      read_api_1(emit);
    }
  }

 private:
  bool has_client() const { return !client_id.empty() && !client_secret.empty(); }

  /// The older tokens were documented with a colon; a server that refuses the first page is asked with a blank. For
  /// that the same token is used: another one would end it, in other programs as well.
  Login log_in() {
    if (!is_accepted_ && drop_colon(login_)) {
      colon_ = false;
    } else {
      login_ = onelogin::log_in(http, log,
                                {.id = client_id,
                                 .secret = client_secret.value,
                                 .token_url = token_url.value,
                                 .host = parse_url(url.value).value().origin()},
                                colon_);
    }
    return login_;
  }

  void read_api_1(const Emit& emit) {
    PageGuard guard("OneLogin");
    const auto ask = [&](const Request& request) {
      guard.check(request.query.front().second);
      return page_of_api_1(page(request), log, request_for());
    };
    each_page(request_for()({{"after_cursor", ""}}), ask, [&](Page& page) {
      if (lacks_list(page.body, "data", page.response)) return;
      emit_users(emit, list_of(page.body, "data", page.response), Api::json);
    });
  }

  void read_api_2(const Emit& emit) {
    PageGuard guard("OneLogin");
    PagesOfApi2 pages(page_size);
    const PageRequest request_of = request_for(fields_for(sources, wants("custom_attributes")));
    const auto ask = [&](const Request& request) {
      Response response = page(request);
      guard.check(response.body);
      return pages.page(std::move(response), request_of);
    };
    each_page(request_of({}), ask, [&](Page& page) { emit_users(emit, page.body, Api::json); });
  }

  void read_xml(const Emit& emit) {
    PageGuard guard("OneLogin");
    for (int number = 1;; ++number) {
      const Response response =
          http.get(url.value, {{"include_custom_attributes", "true"}, {"page", std::to_string(number)}});
      Json users = users_of_xml(response);
      if (users.empty()) return;
      guard.check(response.body);
      emit_users(emit, users, Api::xml);
    }
  }

  PageRequest request_for(const std::string& fields = {}) const {
    return [this, fields](Query query) {
      if (!fields.empty()) query.emplace_back("fields", fields);
      if (page_size != largest_page) query.emplace_back("limit", std::to_string(page_size));
      return Request{.url = url.value, .query = std::move(query)};
    };
  }

  Response page(const Request& request) {
    Response response = http.send(request);
    is_accepted_ = true;
    return response;
  }

  void emit_users(const Emit& emit, Json& users, Api api) const {
    for (Json& user : users) {
      if (user.is_object()) complete(user, sources, api);
    }
    emit_rows(emit, users, "a user");
  }

  Login login_;
  bool is_accepted_ = false;  ///< a page was read
  bool colon_ = true;
};

}  // namespace

Plugin plugin() {
  return {
      .section = "onelogin",
      .mapping_name = "OneLogin",
      .data_type = DataType::users,
      .settings =
          {
              setting("url", &OneLogin::url,
                      {.help = "Address of the list of users: of API 1, API 2 (/api/2/users) or the old XML API.",
                       .default_value = "https://api.us.onelogin.com/api/1/users"}),
              setting(
                  "client_id", &OneLogin::client_id,
                  {.help = "Client ID of API credentials that may read users.", .default_value = "", .example = "***"}),
              setting("client_secret", &OneLogin::client_secret,
                      {.help = "Their client secret.", .default_value = "", .example = "***"}),
              setting(
                  "api_token", &OneLogin::api_token,
                  {.help = "API key of the old XML API, instead of client_id and client_secret.", .default_value = ""}),
              setting("token_url", &OneLogin::token_url,
                      {.help = "Address that gives tokens; empty: /auth/oauth2/v2/token, or the older "
                               "/auth/oauth2/token, on the host of url.",
                       .default_value = "",
                       .in_sample = false}),
              setting("default_role", &OneLogin::default_role,
                      {.help = "ID of the Oomnitza role of new users.", .example = "25"}),
              setting("default_position", &OneLogin::default_position,
                      {.help = "Position of the users in Oomnitza.", .example = "Employee"}),
              page_size_setting(&OneLogin::page_size, "Users", largest_page),
          },
      .default_mapping = {{"USER", {{"source", "username"}}},
                          {"FIRST_NAME", {{"source", "firstname"}}},
                          {"LAST_NAME", {{"source", "lastname"}}},
                          {"EMAIL", {{"source", "email"}}},
                          {"PHONE", {{"source", "phone"}}},
                          {"PERMISSIONS_ID", {{"setting", "default_role"}}},
                          {"POSITION", {{"setting", "default_position"}}}},
      .limits = {.reset = ResetUnit::seconds_left},
      .make = make<OneLogin>,
  };
}

}  // namespace connector::onelogin
