// Users of a OneLogin account, by its JSON APIs 1 and 2 or the old XML API.
#include <charconv>
#include <string>

#include "connector/connector.h"
#include "connector/pages.h"
#include "onelogin/token.h"
#include "onelogin/user.h"

namespace connector {
namespace {

using one_login::Api;

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
    if (page_size < 1 || page_size > largest_page) add_problem("page_size", "must be from 1 to 50");
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

  /// The older tokens were documented with a colon; a server that refuses the first page is asked with a blank.
  Login log_in() {
    if (is_logged_in_ && !is_accepted_) colon_ = false;
    is_logged_in_ = true;
    return one_login::log_in(http, log,
                             {.id = client_id,
                              .secret = client_secret.value,
                              .token_url = token_url.value,
                              .host = parse_url(url.value).value().origin()},
                             colon_);
  }

  void read_api_1(const Emit& emit) {
    PageGuard guard("OneLogin");
    std::string cursor;
    do {
      guard.check(cursor);
      const Response response = page({{"after_cursor", cursor}});
      Json body = response.json();
      const Json& status = at(body, "status.code");
      if (!status.is_null() && status != 200) throw SourceError(problem_of(response, log));
      if (lacks_list(body, "data", response)) return;
      emit_users(emit, list_of(body, "data", response), Api::json);
      const Json& next = at(body, "pagination.after_cursor");
      cursor = next.is_string() ? next.get<std::string>() : next.is_null() ? "" : to_text(next);
    } while (!cursor.empty());
  }

  void read_api_2(const Emit& emit) {
    PageGuard guard("OneLogin");
    const std::string fields = one_login::fields_for(sources, wants("custom_attributes"));
    std::size_t read = 0;
    std::string cursor;
    do {
      guard.check(cursor);
      Query query;
      if (!fields.empty()) query.emplace_back("fields", fields);
      if (!cursor.empty()) query.emplace_back("cursor", cursor);
      const Response response = page(query);
      Json body = response.json();
      Json& users = list_of(body, "", response);
      read += users.size();
      emit_users(emit, users, Api::json);
      cursor = response.headers.find("After-Cursor").value_or("");
      if (cursor.empty()) require_all(response, read);
    } while (!cursor.empty());
  }

  void read_xml(const Emit& emit) {
    PageGuard guard("OneLogin");
    for (int number = 1;; ++number) {
      const Response response =
          http.get(url.value, {{"include_custom_attributes", "true"}, {"page", std::to_string(number)}});
      Json users = one_login::users_of_xml(response);
      if (users.empty()) return;
      guard.check(response.body);
      emit_users(emit, users, Api::xml);
    }
  }

  Response page(Query query) {
    if (page_size != largest_page) query.emplace_back("limit", std::to_string(page_size));
    Response response = http.get(url.value, query);
    is_accepted_ = true;
    return response;
  }

  void emit_users(const Emit& emit, Json& users, Api api) const {
    for (Json& user : users) {
      if (user.is_object()) one_login::complete(user, sources, api);
    }
    emit_rows(emit, users, "a user");
  }

  static void require_all(const Response& response, std::size_t read) {
    const std::string text = response.headers.find("Total-Count").value_or("");
    std::size_t total = 0;
    std::from_chars(text.data(), text.data() + text.size(), total);
    if (total > read) {
      throw SourceError(fmt::format("{} {}: OneLogin counts {} users but names no page after {}", response.method,
                                    response.url, total, read));
    }
  }

  bool is_logged_in_ = false;
  bool is_accepted_ = false;  ///< a page was read
  bool colon_ = true;
};

}  // namespace

Plugin onelogin() {
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
              setting("page_size", &OneLogin::page_size,
                      {.help = "Users per request of the JSON APIs, 50 at most.",
                       .default_value = "50",
                       .in_sample = false}),
          },
      .default_mapping = {{"USER", {{"source", "username"}}},
                          {"FIRST_NAME", {{"source", "firstname"}}},
                          {"LAST_NAME", {{"source", "lastname"}}},
                          {"EMAIL", {{"source", "email"}}},
                          {"PHONE", {{"source", "phone"}}},
                          {"PERMISSIONS_ID", {{"setting", "default_role"}}},
                          {"POSITION", {{"setting", "default_position"}}}},
      .make = make<OneLogin>,
  };
}

}  // namespace connector
