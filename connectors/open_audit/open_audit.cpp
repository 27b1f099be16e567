// Devices from Open-AudIT, each with its details, its network card and its software.
#include "connector/pages.h"

#include <atomic>
#include <mutex>

namespace connector {
namespace {

constexpr int max_page_size = 10'000;
constexpr int max_redirects = 10;

/// What makes up a device's record, by version of Open-AudIT.
enum class Api {
  unknown,
  parts,   ///< up to 4: a request for the details and one for each other part
  include  ///< from 5 on: all in the details' response
};

bool is_followed_with_get(const Response& response) {
  return response.status >= 301 && response.status <= 303 && response.headers.contains("Location");
}

/// Open-AudIT sends to its logon page where others answer 401.
bool wants_logon(const Response& response) {
  const std::size_t begin = response.body.find_first_not_of(" \t\r\n");
  const bool is_html = begin != std::string::npos && response.body[begin] == '<';
  return response.status == 401 || (response.ok() && is_html) ||
         (response.status / 100 == 3 && response.headers.find("Location").value_or("").ends_with("/logon"));
}

/// The "data" of a response, emptied of what Open-AudIT writes for no entries: false.
Json take_data(Json page, const Response& response) {
  if (!page.is_object() || !page.contains("data") || !is_empty(at(page, "errors"))) {
    throw SourceError(
        fmt::format("{} {}: the response has no data: {}", response.method, response.url, excerpt(response.body)));
  }
  return is_empty(page["data"]) ? Json::array() : std::move(list_of(page, "data", response));
}

/// What a row says: up to version 4, and for devices always, in an object of its own.
const Json& attributes_of(const Json& row) {
  const Json& attributes = at(row, "attributes");
  return attributes.is_null() ? row : attributes;
}

/// The rows of a device's part; null and false are none.
Json rows_of(const Json& part, const std::string& what) {
  Json rows = Json::array();
  if (is_empty(part)) return rows;
  if (!part.is_array()) throw SourceError(fmt::format("the {} is not a list", what));
  for (const Json& row : part) {
    if (!attributes_of(row).is_object()) throw SourceError(fmt::format("an entry of the {} is not an object", what));
    rows.push_back(attributes_of(row));
  }
  return rows;
}

Json record(Json hardware, const Json& network, const Json& software) {
  hardware["mac"] = network.empty() ? Json("") : at(network[0], "mac");
  hardware["mac_vendor"] = network.empty() ? Json("") : at(network[0], "manufacturer");
  Json programs = Json::array();
  for (const Json& program : software) {
    programs.push_back({{"name", at(program, "name")},
                        {"version", at(program, "version")},
                        {"publisher", at(program, "publisher")},
                        {"path", at(program, "location")}});
  }
  return {{"hardware", std::move(hardware)}, {"software", std::move(programs)}};
}

std::string id_of(const Json& device) {
  const Json& id = at(device, "id");
  if (id.is_string()) return id.get<std::string>();
  return id.is_number_integer() ? to_text(id) : "";
}

/// Devices from Open-AudIT.
class OpenAudit final : public Connector {
 public:
  Url url;
  std::string username;
  Secret password;
  int page_size = 1000;

  void check(const Complain& complain) override {
    if (page_size < 1 || page_size > max_page_size) complain("page_size", "must be a number from 1 to 10000");
  }

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    log_on();
  }

  void read(const Emit& emit) override {
    PageGuard guard("Open-AudIT");
    std::size_t devices = 0;
    for (std::int64_t offset = 0;; offset += page_size) {
      const Response response =
          get("/devices", {{"limit", std::to_string(page_size)}, {"offset", std::to_string(offset)}});
      const Json page = response.json();
      const Json rows = take_data(page, response);
      if (!rows.empty()) guard.check(to_text(ids_of(rows)));
      read_devices(emit, rows);
      devices += rows.size();
      const bool is_full = static_cast<int>(rows.size()) == page_size || at(page, "meta.filtered") == page_size;
      if (rows.empty() || !is_full) return compare(devices, at(page, "meta.total"));
    }
  }

 private:
  std::string address(const std::string& path) const { return url.value + "/open-audit/index.php" + path; }

  /// The session is all cookies that the logon or a redirect behind it sets.
  void log_on() {
    Request request{.method = "POST",
                    .url = address("/logon"),
                    .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                    .body = "username=" + percent_encoded(username) + "&password=" + percent_encoded(password.value),
                    .accept = is_followed_with_get,
                    .stay_on_host = true};
    Response response = http.send(request);
    std::string cookies = response.headers.find("Set-Cookie").value_or("");
    for (int redirects = 0; is_followed_with_get(response); ++redirects) {
      if (redirects == max_redirects) throw AuthenticationError("Open-AudIT's logon redirects again and again");
      response = http.send(
          {.url = resolved_url(response.url, *response.headers.find("Location")), .accept = is_followed_with_get});
      cookies += response.headers.find("Set-Cookie").value_or("");
    }
    if (cookies.empty()) {
      throw AuthenticationError(request.url + ": the logon sets no session cookie. Check that url is Open-AudIT's");
    }
    http.use_cookies_as_credentials();
    const bool is_old =
        cookies.find("PHPSESSID=") != std::string::npos && cookies.find("ci_session=") == std::string::npos;
    api_ = is_old ? Api::parts : api_.load();
  }

  static Json ids_of(const Json& rows) {
    Json ids = Json::array();
    for (const Json& row : rows) ids.push_back(id_of(row));
    return ids;
  }

  void read_devices(const Emit& emit, const Json& rows) {
    std::vector<std::string> ids;
    for (const Json& row : rows) {
      if (std::string id = id_of(row); !id.empty()) {
        ids.push_back(std::move(id));
      } else {
        emit({row, "a device has no id"});
      }
    }
    emit_details(
        *this, emit, ids, [this](const std::string& id) { return device("/devices/" + percent_encoded(id)); },
        [](const std::string& id) { return "device " + id; });
  }

  Json device(const std::string& path) {
    const bool ask_for_all = api_ != Api::parts;
    const Response response = get(path, ask_for_all ? Query{{"include", "software,network"}} : Query{});
    const Json page = response.json();
    const Json data = take_data(page, response);
    const Json& details = data.empty() ? data : at(data[0], "attributes");
    if (!details.is_object()) throw SourceError(response.url + ": the response has no details");
    if (ask_for_all && page.contains("included")) {
      api_ = Api::include;
      const Json& included = at(page, "included");
      return record(details, rows_of(at(included, "network"), "network"),
                    rows_of(at(included, "software"), "software"));
    }
    if (api_ == Api::include) throw SourceError(response.url + ": the response has nothing included");
    api_ = Api::parts;
    return record(details, part(path, "network"), part(path, "software"));
  }

  Json part(const std::string& path, const std::string& name) {
    const Response response = get(path, {{"sub_resource", name}});
    const Json data = take_data(response.json(), response);
    if (!data.empty() && at(data[0], "type") == "devices") {
      throw SourceError(response.url + ": the response to sub_resource=" + name + " is the device itself");
    }
    return rows_of(data, name);
  }

  /// Logs on once more when the session has ended.
  Response get(const std::string& path, const Query& query) {
    const unsigned session = session_;
    const Request request{
        .url = address(path), .query = query, .headers = {{"Content-Type", "application/json"}}, .accept = wants_logon};
    Response response = http.send(request);
    if (!wants_logon(response)) return response;
    renew(session);
    response = http.send(request);
    if (!wants_logon(response)) return response;
    throw AuthenticationError(fmt::format(
        "{}; Open-AudIT asks for a logon, right after one. Check username and password", problem_of(response, log)));
  }

  void renew(unsigned ended) {
    const std::lock_guard lock(renewal_);
    if (session_ != ended) return;  // another thread has done so
    log_on();
    ++session_;
  }

  void compare(std::size_t devices, const Json& total) const {
    if (total.is_number() && total > devices) {
      log.warning("Open-AudIT counts {} devices, but lists {}; its license may limit the list", to_text(total),
                  devices);
    }
  }

  std::atomic<Api> api_ = Api::unknown;
  std::atomic<unsigned> session_ = 1;
  std::mutex renewal_;
};

}  // namespace

Plugin open_audit() {
  return {
      .section = "open_audit",
      .mapping_name = "Open_Audit",
      .settings =
          {
              setting("url", &OpenAudit::url,
                      {.help = "Address of the Open-AudIT server.", .example = "http://192.168.111.145"}),
              setting("username", &OpenAudit::username, {.help = "User that logs on.", .example = "username"}),
              setting("password", &OpenAudit::password,
                      {.help = "The user's password.", .default_value = "", .example = "password"}),
              setting("page_size", &OpenAudit::page_size,
                      {.help = "Devices for each request of the list, at most 10000.",
                       .default_value = "1000",
                       .in_sample = false}),
          },
      .default_mapping = {{"APPLICATIONS", {{"source", "software"}}}},
      .default_converters = {{"hardware.end_of_life", "date_format"},
                             {"hardware.end_of_service", "date_format"},
                             {"hardware.first_seen", "date_format"},
                             {"hardware.last_seen", "date_format"},
                             {"hardware.os_installation_date", "date_format"},
                             {"hardware.warranty_expires", "date_format"}},
      .make = make<OpenAudit>,
  };
}

}  // namespace connector
