// Users from BambooHR: the company's directory, or a report with the fields that are wanted.
#include <algorithm>

#include "connector/connector.h"
#include "connector/pages.h"
#include "text/text.h"

namespace connector::bamboohr {
namespace {

constexpr const char* email = "workEmail";

/// What the default mapping reads; a report has to ask for it.
constexpr const char* directory_fields[] = {email, "firstName", "lastName", "mobilePhone", "jobTitle"};

/// Users from BambooHR.
class BambooHr final : public Connector {
 public:
  Url url;
  std::string system_name;
  Secret api_token;
  Secret access_token;
  std::string default_role;
  std::string default_position;
  std::vector<std::string> fields;
  bool only_current = true;

  void check(const AddProblem& add_problem) override {
    if (system_name.empty() && !names_company())
      add_problem("system_name", "is missing: set it to the company's subdomain");
    if (api_token.empty() && access_token.empty()) add_problem("api_token", "is missing: set it, or access_token");
  }

  void authenticate() override {
    http.headers.set("Accept", "application/json");
    if (access_token.empty()) {
      http.basic_authentication(api_token.value, "x");
    } else {
      http.headers.set("Authorization", "Bearer " + access_token.value);
    }
  }

  void read(const Emit& emit) override {
    const Response response = get(fields.empty() ? directory() : report());
    if (says_that_nobody_is_there(response)) return log.warning("the directory of BambooHR is empty");
    if (!response.ok()) refuse(response);
    Json body = response.json();
    Json& employees = list_of(body, "employees", response);
    require_email(employees, response);
    for (Json& employee : employees) {
      if (!fields.empty()) drop_empty_dates(employee);
    }
    emit_rows(emit, employees, "an employee");
  }

 private:
  /// Whether the url is one of a company of its own: https://acme.bamboohr.com/api, with or without /v1.
  bool names_company() const { return url.value.ends_with("/api") || url.value.ends_with("/v1"); }

  std::string base() const {
    if (!names_company()) return fmt::format("{}/{}/v1", url.value, percent_encoded(system_name));
    return url.value.ends_with("/v1") ? url.value : url.value + "/v1";
  }

  Request directory() const {
    Request request{.url = base() + "/employees/directory"};
    if (!only_current) request.query = {{"onlyCurrent", "false"}};
    return request;
  }

  Request report() const {
    Json wanted = Json::array();
    for (const char* field : directory_fields) wanted.push_back(field);
    for (const std::string& field : fields) {
      if (std::find(wanted.begin(), wanted.end(), field) == wanted.end()) wanted.push_back(field);
    }
    return {.method = "POST",
            .url = base() + "/reports/custom",
            .query = {{"format", "json"}, {"onlyCurrent", only_current ? "true" : "false"}},
            .headers = {{"Content-Type", "application/json"}},
            .body = to_text({{"title", "Oomnitza"}, {"fields", std::move(wanted)}})};
  }

  /// BambooHR says in a header why it refuses a request: such a response is returned. One that names a time to wait is
  /// left to the retries.
  Response get(Request request) const {
    request.accept = [](const Response& response) {
      const bool is_refusal =
          response.status == 400 || response.status == 401 || response.status == 403 || response.status == 404;
      return is_refusal && !response.headers.contains("Retry-After");
    };
    return http.send(request);
  }

  static std::string reason_of(const Response& response) {
    return response.headers.find("X-BambooHR-Error-Message").value_or(response.body);
  }

  /// An empty directory is answered with 404, and so is a company that does not exist.
  static bool says_that_nobody_is_there(const Response& response) {
    if (response.status != 404) return false;
    const std::string reason = ascii_lower_case(reason_of(response));
    return contains(reason, "empty") || contains(reason, "no employees");
  }

  [[noreturn]] void refuse(const Response& response) const {
    const std::string problem = fmt::format("{} {}: status {}: {}", response.method, response.url, response.status,
                                            excerpt(reason_of(response), log));
    if (response.status == 401) throw AuthenticationError(problem + ". Check api_token and system_name");
    if (response.status == 403) {
      throw AuthenticationError(
          problem +
          ". The key's user may not see this: check Settings > Company Directory in BambooHR, and "
          "that the directory is shared with the user's access level");
    }
    throw SourceError(problem + (response.status == 404 ? ". Check url and system_name" : ""));
  }

  /// Where only the organization chart is shared, employees come without an e-mail address, which is what users are
  /// found by: it would be emptied in Oomnitza.
  void require_email(const Json& employees, const Response& response) const {
    const bool is_mapped = std::find(expected_sources.begin(), expected_sources.end(), email) != expected_sources.end();
    const auto has_email = [](const Json& employee) { return !employee.is_object() || employee.contains(email); };
    if (!is_mapped || employees.empty() || std::any_of(employees.begin(), employees.end(), has_email)) return;
    throw SourceError(
        fmt::format("{} {}: no employee has a {}. Share it in BambooHR's company directory (Settings > Company "
                    "Directory), read it with fields = {}, or map USER and EMAIL to another name",
                    response.method, response.url, email, email));
  }

  /// Reports have 0000-00-00 for dates that are not set.
  static void drop_empty_dates(Json& employee) {
    if (!employee.is_object()) return;
    for (Json& value : employee) {
      if (value == "0000-00-00") value = nullptr;
    }
  }
};

}  // namespace

Plugin plugin() {
  return {
      .section = "bamboohr",
      .mapping_name = "BambooHR",
      .data_type = DataType::users,
      .settings =
          {
              setting("url", &BambooHr::url,
                      {.help = "Address of the API; https://COMPANY.bamboohr.com/api/v1 works, too.",
                       .default_value = "https://api.bamboohr.com/api/gateway.php"}),
              setting("system_name", &BambooHr::system_name,
                      {.help = "The company's subdomain in BambooHR; not needed when url names the company.",
                       .default_value = "",
                       .example = "COMPANY"}),
              setting("api_token", &BambooHr::api_token, {.help = "API key.", .default_value = "", .example = "***"}),
              setting("access_token", &BambooHr::access_token,
                      {.help = "OAuth access token, in place of api_token; it is not renewed.",
                       .default_value = "",
                       .in_sample = false}),
              setting("default_role", &BambooHr::default_role,
                      {.help = "Value of PERMISSIONS_ID, unless mapped.", .example = "25"}),
              setting("default_position", &BambooHr::default_position,
                      {.help = "Value of POSITION, when that is mapped to it.",
                       .default_value = "",
                       .example = "Employee"}),
              setting("only_current", &BambooHr::only_current,
                      {.help = "Whether people with a date of hire in the future are skipped.",
                       .default_value = "True",
                       .in_sample = false}),
              setting("fields", &BambooHr::fields,
                      {.help = "Names of fields that the directory lacks, separated by commas: they are read with a "
                               "report, which has all employees, former ones included.",
                       .default_value = "",
                       .in_sample = false}),
          },
      .default_mapping = {{"USER", {{"source", "workEmail"}}},
                          {"FIRST_NAME", {{"source", "firstName"}}},
                          {"LAST_NAME", {{"source", "lastName"}}},
                          {"EMAIL", {{"source", "workEmail"}}},
                          {"PHONE", {{"source", "mobilePhone"}}},
                          {"POSITION", {{"source", "jobTitle"}}},
                          {"PERMISSIONS_ID", {{"setting", "default_role"}}}},
      .make = make<BambooHr>,
  };
}

}  // namespace connector::bamboohr
