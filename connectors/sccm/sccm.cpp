// Computers of a Microsoft Configuration Manager site, each with its installed software, from the site's database.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "connector/connector.h"
#include "sccm/connection_string.h"
#include "sccm/database.h"
#include "sccm/queries.h"

namespace connector {

namespace {

/// Which computer a row of the query belongs to.
std::int64_t resource_id(const Json& value, const std::string& query) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  throw SourceError(fmt::format("the {} query gives a ResourceID that is not an integer", query));
}

/// The software of one computer after the other, in the order of their ids.
class SoftwareLists {
 public:
  explicit SoftwareLists(odbc::Rows rows) : rows_(std::move(rows)) { advance(); }

  /// The list for one computer. Ids must not go down from call to call.
  const Json& of(std::int64_t computer) {
    if (computer == listed_) return list_;
    while (more_ && next_ < computer) advance();
    std::vector<Program> programs;
    for (; more_ && next_ == computer; advance()) {
      if (!is_empty(rows_.values()[1])) programs.push_back(program());
    }
    list_ = in_order(std::move(programs));
    listed_ = computer;
    return list_;
  }

 private:
  using Program = std::array<Json, 3>;  // name, version, publisher

  void advance() {
    do more_ = rows_.next();
    while (more_ && rows_.values()[0].is_null());  // software of no computer
    if (more_) next_ = resource_id(rows_.values()[0], "software");
  }

  Program program() {
    std::vector<Json>& row = rows_.values();
    return {std::move(row[1]), std::move(row[2]), std::move(row[3])};
  }

  /// null comes before strings, and the bytes of UTF-8 are ordered as its code points are.
  static Json in_order(std::vector<Program> programs) {
    std::ranges::sort(programs);
    Json list = Json::array();
    for (auto& [name, version, publisher] : programs) {
      Json entry = Json::object();
      append_member(entry, "name", std::move(name));
      append_member(entry, "version", std::move(version));
      append_member(entry, "publisher", std::move(publisher));
      append_member(entry, "path", nullptr);
      list.push_back(std::move(entry));
    }
    return list;
  }

  odbc::Rows rows_;
  bool more_ = false;
  std::int64_t next_ = 0;  ///< the computer of the row that was read last
  std::optional<std::int64_t> listed_;
  Json list_;
};

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
    // Two results are read side by side, and a SQL Server connection has one open at a time.
    odbc::Database for_software(login, stop), for_computers(login, stop);
    odbc::Rows computers = query_computers(for_computers);
    SoftwareLists software(for_software.query(sccm_software_query, "software"));
    while (computers.next()) {
      const auto id = resource_id(computers.values()[0], "computers");
      Json record = Json::object();
      append_member(record, "hardware", computers.take_object());
      append_member(record, "software", software.of(id));
      emit(std::move(record));
    }
  }

 private:
  /// Which views and columns there are depends on the inventory classes that are switched on at the site.
  odbc::Rows query_computers(odbc::Database& site) const {
    if (auto rows = site.query_what_exists(sccm_computers_query, "computers")) return std::move(*rows);
    std::unordered_set<std::string> there;
    for (odbc::Rows names = site.query(sccm_columns_query, "columns"); names.next();) {
      there.insert(full_name(text_of(names.values()[0]), text_of(names.values()[1])));
    }
    const ReducedQuery reduced = reduced_computers_query(there);
    if (!reduced.missing.empty()) {
      log.warning("the site's database has no {}; what comes from there is null", fmt::join(reduced.missing, ", "));
    }
    return site.query(reduced.sql, "computers");
  }

  static std::string text_of(const Json& name) { return name.is_string() ? name.get<std::string>() : ""; }
};

}  // namespace

Plugin sccm() {
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

}  // namespace connector
