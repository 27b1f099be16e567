// Machines of a MunkiReport server.
#include <algorithm>

#include "connector/connector.h"
#include "connector/pages.h"
#include "munki_report/columns.h"
#include "munki_report/session.h"
#include "text/text.h"

namespace connector::munki_report {
namespace {

/// A session that has ended is refused, or leads to the page of the login.
bool is_signed_out(const Response& response) {
  const std::size_t begin = response.body.find_first_not_of(" \t\r\n");
  return !response.ok() || (begin != std::string::npos && response.body[begin] == '<');
}

/// Machines of a MunkiReport server.
class MunkiReport final : public Connector {
 public:
  Url url;
  std::string username;
  Secret password;
  Json db_columns;

  void check(const AddProblem& add_problem) override {
    const auto is_string = [](const Json& column) { return column.is_string(); };
    if (db_columns.is_null()) db_columns = Json::array();
    if (!db_columns.is_array() || !std::all_of(db_columns.begin(), db_columns.end(), is_string)) {
      add_problem("db_columns", "must be a JSON list of strings like [\"warranty.end_date\"]");
    }
  }

  void authenticate() override { session_.log_in(username, password.value); }

  void read(const Emit& emit) override {
    const std::vector<std::string> columns = all_columns(db_columns);
    warn_of_odd(columns);
    const Response response = machines(columns);
    Json answer = response.json();
    if (!is_empty(at(answer, "error"))) {
      throw SourceError(
          fmt::format("MunkiReport reports an error: {}. A column needs its module on the server: check "
                      "db_columns",
                      excerpt(to_text(answer["error"]), log)));
    }
    Json& rows = list_of(answer, "data", response);
    compare(rows.size(), at(answer, "recordsFiltered"));
    const std::vector<std::string> names = names_of(columns, at(answer, "sql"));
    for (Json& row : rows) emit(record(names, std::move(row)));
  }

 private:
  /// Servers since 5.8.1 drop all other characters: another column may come, or none.
  void warn_of_odd(const std::vector<std::string>& columns) const {
    for (const std::string& column : columns) {
      if (ascii_lower_case(column).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") != std::string::npos) {
        log.warning("db_columns: \"{}\" has characters that MunkiReport drops; it keeps letters, digits, _ and .",
                    excerpt(column));
      }
    }
  }

  /// All machines in one response.
  Response machines(const std::vector<std::string>& columns) {
    Query fields;
    for (const std::string& column : columns) {
      fields.emplace_back(fmt::format("columns[{}][name]", fields.size()), column);
    }
    Response response = session_.post("datatables/data", fields);
    if (is_signed_out(response)) {
      log.info("MunkiReport refused the session; logging in again");
      session_.log_in(username, password.value);
      response = session_.post("datatables/data", fields);
    }
    if (!response.ok()) throw SourceError(problem_of(response, log));
    return response;
  }

  void compare(std::size_t rows, const Json& count) const {
    if (count.is_number() && count > rows) {
      log.warning("MunkiReport counts {} machines, but its response holds {}", to_text(count), rows);
    }
  }

  /// A row shorter than the names lacks the last ones; of equal names the last value counts.
  static Record record(const std::vector<std::string>& names, Json row) {
    if (!row.is_array()) return {std::move(row), "a machine is not a list of values"};
    Json machine = Json::object();
    for (std::size_t i = 0; i < std::min(names.size(), row.size()); ++i) machine[names[i]] = std::move(row[i]);
    return machine;
  }

  Session session_{*this, url};
};

}  // namespace

Plugin plugin() {
  return {
      .section = "munki_report",
      .mapping_name = "munki_report",
      .settings =
          {
              setting("url", &MunkiReport::url,
                      {.help = "Address of the MunkiReport server.", .example = "https://Munki_Report"}),
              setting("username", &MunkiReport::username, {.help = "Local user that logs in.", .example = "***"}),
              setting("password", &MunkiReport::password, {.help = "The user's password.", .example = "***"}),
              setting("db_columns", &MunkiReport::db_columns,
                      {.help = "JSON list of further columns to read, as TABLE.COLUMN.",
                       .default_value = Json::array(),
                       .example = R"(["machine.serial_number"])"}),
          },
      .environment_prefix = "MUNKI",
      .make = make<MunkiReport>,
  };
}

}  // namespace connector::munki_report
