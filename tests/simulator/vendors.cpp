#include "simulator/vendors.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "simulator/answers.h"

namespace connector::simulator {
namespace {

constexpr std::size_t largest_page = 200;
const std::string user_login = "Basic ZGVtbzptYWRlLXVwLXBhc3N3b3Jk";  // demo:made-up-password
const std::string client_id = "demo-client";
const std::string client_secret = "made-up-secret";
const std::string okta_login = "SSWS made-up-token";

constexpr const char* models[] = {"MacBook Pro (14-inch, 2023)", "MacBook Air (M2, 2022)", "Mac mini (2023)"};

long now() {
  using namespace std::chrono;
  return static_cast<long>(duration_cast<seconds>(system_clock::now().time_since_epoch()).count());
}

Json details(std::size_t id) {
  return {{"general",
           {{"id", id},
            {"name", fmt::format("mac-{}", id)},
            {"serial_number", fmt::format("C02{:06}", id)},
            {"ip_address", fmt::format("10.1.{}.{}", id / 250 % 250, id % 250)}}},
          {"location", {{"email_address", fmt::format("user{}@example.com", id)}}},
          {"hardware", {{"model", models[id % std::size(models)]}, {"os_version", fmt::format("15.{}", id % 4)}}},
          {"software",
           {{"applications",
             {{{"name", "Slack.app"}, {"version", fmt::format("4.{}", 30 + id % 9)}},
              {{"name", "Safari.app"}, {"version", "18.2"}}}}}}};
}

/// One user as Okta writes it. Text, not a tree: there can be many.
std::string user(std::size_t id) {
  return fmt::format(
      R"({{"id":"00u{0:08}","status":"ACTIVE","created":"2023-05-01T09:00:00.000Z","activated":null,)"
      R"("statusChanged":"2023-05-02T09:00:00.000Z","lastLogin":"2026-02-28T17:12:45.000Z",)"
      R"("lastUpdated":"2026-02-01T08:00:00.000Z","passwordChanged":null,"type":{{"id":"oty1"}},)"
      R"("profile":{{"firstName":"First{0}","lastName":"Last{0}","mobilePhone":null,"secondEmail":null,)"
      R"("login":"user{0}@example.com","email":"user{0}@example.com","department":"Department {1}",)"
      R"("title":"Engineer","employeeNumber":"{0}"}},"credentials":{{"provider":{{"type":"OKTA","name":"OKTA"}}}},)"
      R"("_links":{{"self":{{"href":"https://example.okta.com/api/v1/users/00u{0:08}"}}}}}})",
      id, id % 40);
}

}  // namespace

Answer Vendors::answer(const Request& request) {
  if (request.path == "/vendors/traffic") {
    const std::lock_guard lock(mutex_);
    return json_answer(traffic_);
  }
  const Clock::time_point begin = Clock::now();
  Answer answer = problem(404, "no such call: " + request.line());
  if (request.path.starts_with("/jamf/")) answer = jamf(request, request.path.substr(5));
  if (request.path == "/okta/api/v1/users") answer = users(request);
  const auto taken = std::chrono::round<std::chrono::microseconds>(Clock::now() - begin);
  answer.delay = std::max(options_.latency - taken, std::chrono::microseconds(0));
  return answer;
}

Answer Vendors::jamf(const Request& request, const std::string& path) {
  if (request.method == "POST" && path == "/api/v1/auth/token") return token(request, false);
  if (request.method == "POST" && path == "/api/v1/oauth/token") return token(request, true);
  if (!accepts(request.header("authorization"))) return problem(401, "Unauthorized");
  if (request.method == "POST" && path == "/api/v1/auth/invalidate-token") return end(request.header("authorization"));
  if (path == "/JSSResource/computers") return computers();
  const std::string before = "/JSSResource/computers/id/";
  if (!path.starts_with(before)) return problem(404, "no such call: " + request.line());
  return computer(path.substr(before.size(), path.find('/', before.size()) - before.size()));
}

Answer Vendors::token(const Request& request, bool is_of_client) {
  const auto form = request.form();
  const auto has = [&](const char* name, const std::string& value) {
    const auto field = form.find(name);
    return field != form.end() && field->second == value;
  };
  const bool is_right = is_of_client ? has("client_id", client_id) && has("client_secret", client_secret)
                                     : request.header("authorization") == user_login;
  if (!is_right) return problem(401, "Unauthorized");
  count("tokens");
  const std::lock_guard lock(mutex_);
  const std::string token = fmt::format("token-{}", tokens_.size() + 1);
  tokens_["Bearer " + token] = Clock::now() + options_.token_life;
  if (!is_of_client) return json_answer({{"token", token}, {"expires", "2026-12-31T00:00:00.000Z"}});
  return json_answer({{"access_token", token}, {"token_type", "Bearer"}, {"expires_in", options_.token_life.count()}});
}

bool Vendors::accepts(const std::string& authorization) {
  const std::lock_guard lock(mutex_);
  const auto token = tokens_.find(authorization);
  return token != tokens_.end() && Clock::now() < token->second;
}

Answer Vendors::end(const std::string& authorization) {
  const std::lock_guard lock(mutex_);
  tokens_[authorization] = Clock::now();
  return {.status = 204};
}

Answer Vendors::computers() {
  count("lists");
  Json list = Json::array();
  for (std::size_t id = 1; id <= options_.computers; ++id) {
    list.push_back({{"id", id}, {"name", fmt::format("mac-{}", id)}});
  }
  return json_answer({{"computers", std::move(list)}});
}

Answer Vendors::computer(const std::string& text) {
  count("details");
  const auto id = whole_number(text);
  if (!id || *id == 0 || *id > options_.computers || *id == options_.broken) {
    return problem(404, "no such computer: " + text);
  }
  return json_answer({{"computer", details(*id)}});
}

/// The cursor is the id of the last user before.
Answer Vendors::users(const Request& request) {
  if (request.header("authorization") != okta_login) {
    return json_answer({{"errorCode", "E0000011"}, {"errorSummary", "Invalid token provided"}}, 401);
  }
  if (is_beyond_the_rate()) return too_many();
  count("pages");
  const auto parameter = [&](const char* name, std::size_t otherwise) {
    const auto given = request.query.find(name);
    return given == request.query.end() ? otherwise : whole_number(given->second).value_or(otherwise);
  };
  const std::size_t limit = std::clamp<std::size_t>(parameter("limit", largest_page), 1, largest_page);
  const std::size_t first = parameter("after", 0) + 1;
  const std::size_t last = std::min(first + limit - 1, options_.users);
  Answer answer{.headers = {{"Content-Type", "application/json"}}, .body = "["};
  for (std::size_t id = first; id <= last; ++id) answer.body += (id == first ? "" : ",") + user(id);
  answer.body += "]";
  const std::string here = "http://" + request.header("host") + "/okta/api/v1/users";
  answer.headers.emplace_back("Link", fmt::format("<{}?limit={}>; rel=\"self\"", here, limit));
  if (last < options_.users) {
    answer.headers.emplace_back("Link", fmt::format("<{}?after={}&limit={}>; rel=\"next\"", here, last, limit));
  }
  return answer;
}

Answer Vendors::too_many() {
  count("refused");
  Answer answer = json_answer({{"errorCode", "E0000047"}, {"errorSummary", "API call exceeded rate limit"}}, 429);
  answer.headers.emplace_back("X-Rate-Limit-Limit", std::to_string(options_.rate));
  answer.headers.emplace_back("X-Rate-Limit-Remaining", "0");
  answer.headers.emplace_back("X-Rate-Limit-Reset", std::to_string(now() + 1));
  return answer;
}

bool Vendors::is_beyond_the_rate() {
  if (options_.rate == 0) return false;
  const std::lock_guard lock(mutex_);
  const long second = now();
  if (second != second_) in_second_ = 0;
  second_ = second;
  return ++in_second_ > options_.rate;
}

void Vendors::count(const char* what) {
  const std::lock_guard lock(mutex_);
  ++traffic_[what];
}

VendorServer::VendorServer(int port, VendorOptions options)
    : vendors_(options), server_({.port = port, .connections = source_connections}, [this](const Request& request) {
        return vendors_.answer(request);
      }) {}

}  // namespace connector::simulator
