#include "airwatch/uem.h"

#include <charconv>
#include <chrono>

#include "connector/oauth.h"
#include "connector/pages.h"

namespace connector::uem {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds longest_wait = 15min;  // what http waits at most for a better response

std::string token_url(const std::string& region, const std::string& domain) {
  return "https://" + region + ".uemauth." + domain + "/connect/token";
}

/// Whether a token service is there. It is asked without credentials, and so refuses; with 404 it is none.
bool is_token_service(const Connector& source, const std::string& url) {
  int status = 404;
  failure_of(source, url, [&] {
    const Request request{.method = "POST",
                          .url = url,
                          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                          .accept = [](const Response&) { return true; },
                          .retry = false};
    status = source.http.send(request).status;
  });
  return status != 404;
}

/// A token counts for five minutes less than the server says, unless it is a short one.
Login log_in(const Connector& source, Client& client) {
  if (client.token_url.empty()) {
    client.token_url = token_url_in_use(source, token_url(client.region, "workspaceone.com"),
                                        token_url(client.region, "vmwservices.com"));
  }
  Login login = client_credentials(source.http, {.token_url = client.token_url,
                                                 .client_id = client.client_id,
                                                 .client_secret = client.client_secret,
                                                 .authentication = ClientAuthentication::basic});
  if (login.lifetime == 0s) login.lifetime = 1h;
  if (login.lifetime > 10min) login.lifetime -= 5min;
  return login;
}

/// How long the server takes no more calls, by a response 429. 0 when it does not say so.
std::chrono::seconds closed_for(const Response& response) {
  const std::string reset = response.headers.find("X-RateLimit-Reset").value_or("");
  std::int64_t until = 0;
  std::from_chars(reset.data(), reset.data() + reset.size(), until);
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  return response.status == 429 && until > now.count() ? std::chrono::seconds(until) - now : 0s;
}

}  // namespace

void check(const Client& client, const AddProblem& add_problem) {
  if (client.client_id.empty()) add_problem("client_id", "is required: set the ID of the OAuth client");
  if (client.client_secret.empty()) add_problem("client_secret", "is required: set the secret of the OAuth client");
  if (!client.token_url.empty()) return;
  if (client.region.empty()) add_problem("region", "is required: set na, uat, apac or emea, or token_url");
  const bool is_word = std::all_of(client.region.begin(), client.region.end(), [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '-';
  });
  if (!is_word) add_problem("region", "must be a word such as na, uat, apac or emea");
}

void keep_logged_in(Connector& source, const Client& client) {
  source.http.keep_logged_in([&source, kept = client]() mutable { return log_in(source, kept); });
}

std::string token_url_in_use(const Connector& source, const std::string& current, const std::string& former) {
  if (is_token_service(source, current) || !is_token_service(source, former)) return current;
  source.log.warning("{} does not answer, {} does: using it, though it is being retired", current, former);
  return former;
}

Response get(const Connector& source, Request request) {
  request.secret_headers.push_back("aw-tenant-code");
  request.accept = [](const Response& response) { return closed_for(response) > longest_wait; };
  Response response = source.http.send(request);
  if (response.status != 429) return response;
  throw SourceError(fmt::format(
      "GET {}: status 429: no more API calls for {} minutes, the quota of the organization group is used up "
      "(Settings > System > Advanced > API > REST > Usage)",
      response.url, std::chrono::duration_cast<std::chrono::minutes>(closed_for(response)).count()));
}

Json Pages::next() {
  Request request{.url = list_.url, .query = list_.query};
  request.query.emplace_back("page", std::to_string(number_++));
  const Response response = get(source_, std::move(request));
  if (response.status != 200) return Json::array();
  Json page = response.json();
  if (list_.may_be_missing && lacks_list(page, list_.name, response)) return Json::array();
  Json rows = std::move(list_of(page, list_.name, response));

  std::string text = to_text(rows);
  repeated_ = text == last_;
  if (repeated_) return Json::array();
  last_ = std::move(text);
  rows_ += rows.size();
  for (const char* name : {"Total", "TotalResults"}) {
    if (const Json& total = at(page, name); total.is_number_unsigned()) total_ = total.get<std::size_t>();
  }
  const Json& unreadable = at(page, "OrphanDevicesDetails.Count");
  if (unreadable.is_number_unsigned()) unreadable_ += unreadable.get<std::size_t>();
  return rows;
}

void Pages::report_repeated(const Emit& emit, std::string_view what) const {
  if (!repeated_) return;
  emit.incomplete(fmt::format("GET {}: page {} of the {} is the same as the one before; treating it as the last",
                              list_.url, number_ - 1, what));
}

void Pages::warn_of_missing(std::string_view what) const {
  if (total_ && total_ != rows_) {
    source_.log.warning("read {} {}, but the server counts {}; the account may not be allowed to see all of them",
                        rows_, what, *total_);
  }
  if (unreadable_ > 0) source_.log.warning("{} {} are missing: the server could not read them", unreadable_, what);
}

}  // namespace connector::uem
