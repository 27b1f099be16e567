// Computers of a Microsoft Configuration Manager site, each with its installed software, from the site's database.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <future>
#include <stop_token>
#include <unordered_set>
#include <utility>

#include "connector/connector.h"
#include "connector/pages.h"
#include "platform/library.h"
#include "platform/wait.h"
#include "sccm/connection_string.h"
#include "sccm/database.h"
#include "sccm/queries.h"
#include "sccm/software.h"

namespace connector::sccm {

namespace {

class Sccm final : public Connector {
 public:
  std::string server;
  std::string port;
  std::string database;
  std::string username;
  Secret password;
  std::string authentication;
  std::string driver;
  std::string encrypt;

  void check(const AddProblem& add_problem) override {
    if (const std::string missing = missing_library(lazy_libraries::odbc); !missing.empty()) {
      add_problem("server", missing);
    }
    if (authentication != "SQL Server") return;
    if (username.empty()) add_problem("username", "is required with the authentication \"SQL Server\"");
    if (password.empty()) add_problem("password", "is required with the authentication \"SQL Server\"");
  }

  void read(const Emit& emit) override {
    const odbc::Login login{.driver = odbc::choose_driver(driver, odbc::installed_drivers()),
                            .server = server,
                            .port = port,
                            .database = database,
                            .windows_authentication = authentication == "Windows",
                            .username = username,
                            .password = password,
                            .verify_certificate = verify_ssl,
                            .encrypt = encrypt == "default" ? "" : encrypt};
    log.debug("reading with the ODBC driver {}", login.driver);
    // Each query sorts everything before it gives a row, so both are asked at once, on a connection each: one of SQL
    // Server has one open result at a time.
    std::stop_source unwanted;
    const std::stop_callback on_stop(stop, [&] { unwanted.request_stop(); });
    odbc::Database for_software(login, unwanted.get_token()), for_computers(login, stop);
    std::future<std::unique_ptr<odbc::Result>> asked =
        std::async(std::launch::async, [&] { return for_software.query(sccm_software_query, "software"); });
    const StopAtEnd stop_at_end(unwanted);  // goes before the future, which waits for the query
    const std::unique_ptr<odbc::Result> computers = query_computers(for_computers);
    SoftwareLists software(asked.get());
    Rows::Columns names;
    for (const std::string& name : computers->names()) names.push_back("hardware." + name);
    names.emplace_back("software");
    if (rows_suffice(names)) {
      emit_table(emit, names, [&](Rows& rows) { return add_row(rows, *computers, software); });
      return;
    }
    while (computers->next()) {
      const auto id = resource_id(computers->at(0), "computers");
      emit(Json{{"hardware", computers->object()}, {"software", parse_json(software.of(id))}});
    }
  }

 private:
  /// Whether nobody looks at more of a record than these names, so that it need not be an object.
  bool rows_suffice(const Rows::Columns& names) const {
    const ColumnIndex index(names);
    return !all_attributes && !reads_whole_records && !sources.empty() &&
           std::ranges::all_of(sources, [&](const std::string& source) { return index.find(source).has_value(); });
  }

  static bool add_row(Rows& rows, odbc::Result& computers, SoftwareLists& software) {
    if (!computers.next()) return false;
    for (std::size_t i = 0; i < computers.names().size(); ++i) {
      const ValueView value = computers.at(i);
      value.is_string() ? rows.add(value.text()) : rows.add_json(value.text());
    }
    rows.add_json(software.of(resource_id(computers.at(0), "computers")));
    return true;
  }

  /// Which views and columns there are depends on the inventory classes that are switched on at the site.
  std::unique_ptr<odbc::Result> query_computers(odbc::Database& site) const {
    if (auto rows = site.query_what_exists(sccm_computers_query, "computers")) return rows;
    std::unordered_set<std::string> there;
    for (const auto names = site.query(sccm_columns_query, "columns"); names->next();) {
      there.insert(full_name(names->at(0).text(), names->at(1).text()));
    }
    const ReducedQuery reduced = reduced_computers_query(there);
    if (!reduced.missing.empty()) {
      log.warning("the site's database has no {}; what comes from there is null", fmt::join(reduced.missing, ", "));
    }
    return site.query(reduced.sql, "computers");
  }
};

}  // namespace

Plugin plugin() {
  return {
      .section = "sccm",
      .mapping_name = "SCCM",
      .settings =
          {
              setting("server", &Sccm::server,
                      {.help = "Host of the site's database.", .example = "server.example.com"}),
              setting(
                  "port", &Sccm::port,
                  {.help = "Port of the database; empty: the driver's own.", .default_value = "", .in_sample = false}),
              setting("database", &Sccm::database, {.help = "Name of the site's database.", .default_value = "CM_DCT"}),
              setting("username", &Sccm::username,
                      {.help = "Database user; not needed with the authentication Windows.",
                       .default_value = "",
                       .example = "change-me"}),
              setting("password", &Sccm::password,
                      {.help = "The user's password; not needed with the authentication Windows.",
                       .default_value = "",
                       .example = "change-me"}),
              setting("authentication", &Sccm::authentication,
                      {.help = "User and password (SQL Server), or the account that runs the program (Windows).",
                       .default_value = "SQL Server",
                       .choices = {"SQL Server", "Windows"}}),
              setting("driver", &Sccm::driver,
                      {.help = "Name of an installed ODBC driver; empty: the newest of Microsoft's for SQL Server.",
                       .default_value = ""}),
              setting("encrypt", &Sccm::encrypt,
                      {.help = "Whether the connection is encrypted; default is what the driver does, and Microsoft's "
                               "encrypts from 18 on.",
                       .default_value = "default",
                       .choices = {"default", "yes", "no", "strict"},
                       .in_sample = false}),
          },
      .default_mapping = {{"APPLICATIONS", {{"source", "software"}}}},
      .default_converters = {{"hardware.last_logon", "date_format"}},
      .make = make<Sccm>,
  };
}

}  // namespace connector::sccm
