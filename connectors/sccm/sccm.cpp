// Computers of a Microsoft Configuration Manager site, each with its installed software, from the site's database.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <future>
#include <stop_token>
#include <unordered_set>
#include <utility>

#include "connector/connector.h"
#include "connector/pages.h"
#include "sccm/connection_string.h"
#include "sccm/database.h"
#include "sccm/queries.h"

namespace connector {

namespace {

bool is_null(const ValueView& value) {
  return !value.is_string() && value.text() == "null";
}

/// Which computer a row of the query belongs to.
std::int64_t resource_id(const ValueView& value, const std::string& query) {
  std::int64_t id = 0;
  const std::string_view digits = value.text();
  const auto [rest, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (!value.is_string() && failure == std::errc{} && rest == digits.data() + digits.size()) return id;
  throw SourceError(fmt::format("the {} query gives a ResourceID that is not an integer", query));
}

/// The software of one computer after the other, in the order of their ids.
class SoftwareLists {
 public:
  explicit SoftwareLists(std::unique_ptr<odbc::Result> rows) : rows_(std::move(rows)) { advance(); }

  /// The list for one computer as JSON text. Ids must not go down from call to call.
  const std::string& of(std::int64_t computer) {
    if (computer != listed_ || is_due(computer)) collect(computer);
    return list_;
  }

 private:
  /// A value, its text within texts_.
  struct Part {
    bool is_string;
    std::uint32_t begin;
    std::uint32_t size;
  };
  using Program = std::array<Part, 3>;  ///< name, version, publisher

  /// Whether the row that was read last belongs to this computer, or to one before it.
  bool is_due(std::int64_t computer) const { return more_ && next_ <= computer; }

  void advance() {
    do more_ = rows_->next();
    while (more_ && is_null(rows_->at(0)));  // software of no computer
    if (more_) next_ = resource_id(rows_->at(0), "software");
  }

  void collect(std::int64_t computer) {
    programs_.clear();
    texts_.clear();
    for (; is_due(computer); advance()) {
      if (next_ != computer || is_null(rows_->at(1)) || rows_->at(1).text().empty()) continue;
      programs_.push_back({keep(rows_->at(1)), keep(rows_->at(2)), keep(rows_->at(3))});
    }
    // Null comes before strings, and the bytes of UTF-8 are ordered as its code points are.
    std::ranges::sort(programs_, [this](const Program& one, const Program& other) {
      const auto key = [this](const Part& part) { return std::pair(part.is_string, text(part)); };
      return std::ranges::lexicographical_compare(one, other, {}, key, key);
    });
    list_ = "[";
    for (const Program& program : programs_) append(program);
    if (!programs_.empty()) list_.pop_back();
    list_ += ']';
    listed_ = computer;
  }

  Part keep(const ValueView& value) {
    const Part part = {value.is_string(), static_cast<std::uint32_t>(texts_.size()),
                       static_cast<std::uint32_t>(value.text().size())};
    texts_ += value.text();
    return part;
  }

  std::string_view text(const Part& part) const { return std::string_view(texts_).substr(part.begin, part.size); }

  void append(const Program& program) {
    constexpr std::string_view keys[] = {"{\"name\":", ",\"version\":", ",\"publisher\":"};
    for (std::size_t i = 0; i < program.size(); ++i) {
      list_ += keys[i];
      (program[i].is_string ? ValueView(text(program[i])) : ValueView::of_json_text(text(program[i]))).append_to(list_);
    }
    list_ += R"(,"path":null},)";
  }

  std::unique_ptr<odbc::Result> rows_;
  bool more_ = false;
  std::int64_t next_ = 0;          ///< the computer of the row that was read last
  std::int64_t listed_ = 0;        ///< the computer that was asked for last,
  std::vector<Program> programs_;  ///< its software,
  std::string texts_;              ///< the values of that,
  std::string list_ = "[]";        ///< and all of it as JSON text
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
    // Each query sorts everything before it gives a row, so both are asked at once, on a connection each: one of SQL
    // Server has one open result at a time.
    std::stop_source unwanted;
    const std::stop_callback on_stop(stop, [&] { unwanted.request_stop(); });
    odbc::Database for_software(login, unwanted.get_token()), for_computers(login, stop);
    std::future<std::unique_ptr<odbc::Result>> asked =
        std::async(std::launch::async, [&] { return for_software.query(sccm_software_query, "software"); });
    const std::unique_ptr<odbc::Result> computers = [&] {
      try {
        return query_computers(for_computers);
      } catch (...) {
        unwanted.request_stop();
        throw;
      }
    }();
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
