#include "state/report_state.h"

#include <sqlite3.h>

#include <optional>
#include <stdexcept>

#include "platform/files.h"
#include "platform/path.h"

namespace connector {
namespace {

constexpr int milliseconds_for_locks = 60'000;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& cause) {
  throw std::runtime_error("the state of the reports, " + shown_path(file) + ", cannot be used: " + cause);
}

}  // namespace

void ReportState::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}

/// A prepared statement. Strings are bound by reference: they must outlive it.
class ReportState::Statement {
 public:
  Statement(const ReportState& state, const char* sql) : state_(state) {
    if (sqlite3_prepare_v2(database(), sql, -1, &statement_, nullptr) != SQLITE_OK) {
      fail(state_.file_, sqlite3_errmsg(database()));
    }
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(const std::string& text) {
    return checked(sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  Statement& bind(std::int64_t number) { return checked(sqlite3_bind_int64(statement_, ++bound_, number)); }

  /// Whether there is a (further) row.
  bool step() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(state_.file_, sqlite3_errmsg(database()));
    return code == SQLITE_ROW;
  }

  std::int64_t number() const { return sqlite3_column_int64(statement_, 0); }
  std::string text() const {
    const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, 0));
    return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, 0))) : std::string();
  }

 private:
  sqlite3* database() const { return state_.database_.get(); }

  Statement& checked(int code) {
    if (code != SQLITE_OK) fail(state_.file_, sqlite3_errmsg(database()));
    return *this;
  }

  const ReportState& state_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

/// Takes the write lock at once, so that waiting for it cannot end in a deadlock; undone unless committed.
class ReportState::Transaction {
 public:
  explicit Transaction(const ReportState& state) : state_(state) { state_.statement("BEGIN IMMEDIATE").step(); }
  ~Transaction() {
    if (!committed_) sqlite3_exec(state_.database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() {
    state_.statement("COMMIT").step();
    committed_ = true;
  }

 private:
  const ReportState& state_;
  bool committed_ = false;
};

ReportState::ReportState(const std::filesystem::path& file, Access access) : file_(file) {
  const bool writes = access == Access::write;
  if (writes) make_private_folder(file.parent_path());
  const bool missing = !writes && !std::filesystem::exists(file);
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(missing ? ":memory:" : utf8_path(file).c_str(), &database,
                                   writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY, nullptr);
  database_.reset(database);
  if (code != SQLITE_OK) fail(file_, database ? sqlite3_errmsg(database) : sqlite3_errstr(code));
  sqlite3_busy_timeout(database, milliseconds_for_locks);
  if (!writes || has_table("stored_reports")) return;

  Transaction transaction(*this);
  statement(
      "CREATE TABLE IF NOT EXISTS media_storage_state (data_source_type text NOT NULL, data_source_id text NOT NULL, "
      "creation_date int NOT NULL, PRIMARY KEY (data_source_type, data_source_id))")
      .step();
  statement(
      "CREATE TABLE IF NOT EXISTS media_storage_done (data_source_type text NOT NULL, data_source_id text NOT NULL, "
      "uid text NOT NULL, creation_date int NOT NULL, PRIMARY KEY (data_source_type, data_source_id, uid))")
      .step();
  statement("CREATE TABLE IF NOT EXISTS stored_reports (file text NOT NULL PRIMARY KEY, uid text NOT NULL)").step();
  transaction.commit();
}

ReportState::Statement ReportState::statement(const char* sql) const {
  return Statement(*this, sql);
}

bool ReportState::has_table(const char* name) const {
  const std::string text = name;
  return statement("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").bind(text).step();
}

std::int64_t ReportState::done_until(const ReportSource& source) const {
  if (!has_table("media_storage_state")) return 0;
  Statement select =
      statement("SELECT max(creation_date) FROM media_storage_state WHERE data_source_type = ? AND data_source_id = ?");
  return select.bind(source.type).bind(source.id).step() ? select.number() : 0;
}

std::set<std::string> ReportState::done_beyond(const ReportSource& source) const {
  std::set<std::string> uids;
  if (!has_table("media_storage_done")) return uids;
  Statement select = statement("SELECT uid FROM media_storage_done WHERE data_source_type = ? AND data_source_id = ?");
  select.bind(source.type).bind(source.id);
  while (select.step()) uids.insert(select.text());
  return uids;
}

void ReportState::settle(const ReportSource& source, const std::string& uid, std::int64_t creation_date,
                         std::int64_t until) {
  Transaction transaction(*this);
  statement("INSERT OR REPLACE INTO media_storage_done VALUES (?, ?, ?, ?)")
      .bind(source.type)
      .bind(source.id)
      .bind(uid)
      .bind(creation_date)
      .step();
  move(source, until);
  transaction.commit();
}

std::optional<std::string> ReportState::stored_by(const std::filesystem::path& file) const {
  if (!has_table("stored_reports")) return std::nullopt;
  const std::string path = utf8_path(file);
  Statement select = statement("SELECT uid FROM stored_reports WHERE file = ?");
  return select.bind(path).step() ? std::optional(select.text()) : std::nullopt;
}

void ReportState::note_stored(const std::filesystem::path& file, const std::string& uid) {
  const std::string path = utf8_path(file);
  statement("INSERT OR REPLACE INTO stored_reports VALUES (?, ?)").bind(path).bind(uid).step();
}

void ReportState::advance(const ReportSource& source, std::int64_t until) {
  Transaction transaction(*this);
  move(source, until);
  transaction.commit();
}

void ReportState::move(const ReportSource& source, std::int64_t until) {
  if (until > done_until(source)) {
    statement(
        "INSERT OR REPLACE INTO media_storage_state (data_source_type, data_source_id, creation_date) "
        "VALUES (?, ?, ?)")
        .bind(source.type)
        .bind(source.id)
        .bind(until)
        .step();
  }
  const std::int64_t state = done_until(source);
  statement("DELETE FROM media_storage_done WHERE data_source_type = ? AND data_source_id = ? AND creation_date <= ?")
      .bind(source.type)
      .bind(source.id)
      .bind(state)
      .step();
}

}  // namespace connector
