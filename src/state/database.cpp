#include "state/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <stdexcept>
#include <system_error>

#include "platform/files.h"
#include "platform/path.h"
#include "state/schema.h"

namespace connector {
namespace {

namespace fs = std::filesystem;

/// A check reads the whole file: what is larger is checked page by page as it is used.
constexpr std::uintmax_t largest_that_is_checked = std::uintmax_t{16} << 20;

/// The file's name without symbolic links in the folders above it, so that SQLite may refuse one in its place. (A state
/// folder of systemd may be a link.)
fs::path resolved(const fs::path& file) {
  std::error_code missing;
  const fs::path folder = fs::canonical(file.has_parent_path() ? file.parent_path() : ".", missing);
  return missing ? file : folder / file.filename();
}

bool is_damage(int code) {
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

/// Who owns what stands there could change what is kept.
void require_own_files(const fs::path& file) {
  for (const char* part : {"", "-wal", "-shm", "-journal"}) {
    fs::path path = file;
    path += part;
    std::error_code none;
    if (fs::is_symlink(path, none)) {
      throw std::runtime_error(
          fmt::format("{} is a symbolic link, which is not followed: remove it, or name another "
                      "folder with --state-dir",
                      shown_path(path)));
    }
    if (const auto owner = foreign_owner(path)) {
      throw std::runtime_error(fmt::format(
          "{} belongs to another user ({}): run this as that user, or change its owner", shown_path(path), *owner));
    }
  }
}

}  // namespace

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}

Database::Database(const fs::path& file, const Options& options) : file_(file) {
  const bool writes = options.access == Access::write;
  try {
    if (writes) make_private_folder(file.parent_path());
    require_own_files(file);
    if (writes) make_private_file(file);
  } catch (const std::system_error& error) {
    fail(error.code().message());
  }
  open(options);
  check_version();
  if (!writes) return;
  use_write_ahead_log(options.durability);
  check_whether_damaged();
  migrate();
}

void Database::open(const Options& options) {
  const bool writes = options.access == Access::write;
  const bool is_missing = !writes && !fs::exists(file_);
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(is_missing ? ":memory:" : utf8_path(resolved(file_)).c_str(), &database,
                      SQLITE_OPEN_NOFOLLOW | (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY), nullptr);
  database_.reset(database);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(database, static_cast<int>(options.patience.count()));
}

void Database::use_write_ahead_log(Durability durability) const {
  const bool has_log = [&] {
    Statement mode(*this, "PRAGMA journal_mode = WAL");
    try {
      return mode.step() && mode.text() == "wal";
    } catch (const std::runtime_error&) {
      if (is_damage(sqlite3_errcode(database_.get()))) throw;
      return false;  // others are at work in it, or the file system cannot: the mode is the file's
    }
  }();
  execute(has_log && durability == Durability::process ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
}

void Database::check_whether_damaged() const {
  std::error_code unknown;
  const std::uintmax_t size = fs::file_size(file_, unknown);
  if (unknown || size > largest_that_is_checked) return;
  Statement check(*this, "PRAGMA quick_check(1)");
  if (check.step() && check.text() != "ok") fail(SQLITE_CORRUPT);
}

void Database::check_version() const {
  const auto known = static_cast<std::int64_t>(migrations().size());
  if (const std::int64_t found = version(); found > known) {
    fail(fmt::format("it was written by a newer version of connector (schema {}, this one knows {}). Use that version",
                     found, known));
  }
}

void Database::migrate() const {
  const auto rows = migrations();
  if (version() == static_cast<std::int64_t>(rows.size())) return;
  Transaction transaction(*this);
  check_version();  // another process may have been quicker
  for (auto row = static_cast<std::size_t>(version()); row < rows.size(); ++row) execute(rows[row]);
  execute(fmt::format("PRAGMA user_version = {}", rows.size()).c_str());
  transaction.commit();
}

std::int64_t Database::version() const {
  Statement version(*this, "PRAGMA user_version");
  return version.step() ? version.number() : 0;
}

bool Database::has_table(std::string_view name) const {
  return Statement(*this, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").bind(name).step();
}

std::int64_t Database::last_row() const {
  return sqlite3_last_insert_rowid(database_.get());
}

void Database::execute(const char* sql) const {
  if (const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr); code != SQLITE_OK) fail(code);
}

void Database::fail(int code) const {
  const std::string cause = database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(code);
  if (!is_damage(code)) fail(cause);
  const std::string name = utf8_path(file_.filename());
  fail(
      fmt::format("{}. Restore it from a backup, or move it away with {}-wal and {}-shm: a new one is made, without "
                  "history, without the webhooks that wait, and without knowing which reports were fetched",
                  code == SQLITE_NOTADB ? cause : "it is damaged", name, name));
}

void Database::fail(const std::string& cause) const {
  throw std::runtime_error("the database " + shown_path(file_) + " cannot be used: " + cause);
}

Database::Statement::Statement(const Database& database, const char* sql) : database_(database) {
  const int code = sqlite3_prepare_v2(database.database_.get(), sql, -1, &statement_, nullptr);
  if (code != SQLITE_OK) database_.fail(code);
}

Database::Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Database::Statement& Database::Statement::bind(std::string_view text) {
  const char* const begin = text.data() != nullptr ? text.data() : "";  // no data at all would be NULL
  return checked(sqlite3_bind_text64(statement_, ++bound_, begin, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

Database::Statement& Database::Statement::bind(std::int64_t number) {
  return checked(sqlite3_bind_int64(statement_, ++bound_, number));
}

bool Database::Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) database_.fail(code);
  return code == SQLITE_ROW;
}

void Database::Statement::run() {
  while (step()) {
  }
  checked(sqlite3_reset(statement_));
  bound_ = 0;
}

std::int64_t Database::Statement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Database::Statement::text(int column) const {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string();
}

bool Database::Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Database::Statement& Database::Statement::checked(int code) {
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

Database::Transaction::Transaction(const Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Database::Transaction::~Transaction() {
  if (!is_committed_) sqlite3_exec(database_.database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Database::Transaction::commit() {
  database_.execute("COMMIT");
  is_committed_ = true;
}

}  // namespace connector
