#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace connector {

/// Below the state folder.
inline constexpr const char* state_file_name = "state.db";

/// state.db, the one SQLite file for what must outlast a run, which several processes may use at the same time, the
/// Python connector too: SQLite of 3.7 and newer reads a file that is in WAL mode. The file, with its -wal and -shm, is
/// for its owner alone; one that belongs to somebody else, or is a symbolic link, is refused. An object belongs to one
/// thread at a time. All functions throw std::runtime_error with one line that names the file and what to do.
class Database {
 public:
  /// write: makes the file and its folder when they are missing, and brings its tables up to date. read: changes
  /// nothing; a missing file is an empty one.
  enum class Access { read, write };

  /// What a transaction that was committed outlives. process: kill -9, since the write-ahead log is in the system's
  /// hands by then; power cut, the last ones may be missing, and what is there is whole. power: that, too, for a write
  /// through to the disk each. Where the file system has no shared memory, and so no write-ahead log, it is always
  /// power.
  enum class Durability { process, power };

  struct Options {
    Access access = Access::write;
    Durability durability = Durability::process;
    std::chrono::milliseconds patience = std::chrono::seconds(60);  ///< with others who are writing
  };

  class Statement;
  class Transaction;

  explicit Database(const std::filesystem::path& file) : Database(file, Options()) {}
  Database(const std::filesystem::path& file, const Options& options);

  bool has_table(std::string_view name) const;

  /// The row that was inserted last.
  std::int64_t last_row() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  void open(const Options& options);
  void use_write_ahead_log(Durability durability) const;
  void check_whether_damaged() const;
  void check_version() const;
  void migrate() const;
  std::int64_t version() const;
  void execute(const char* sql) const;
  [[noreturn]] void fail(int code) const;
  [[noreturn]] void fail(const std::string& cause) const;

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> database_;
};

/// A prepared statement. It belongs to its database, which must outlive it.
class Database::Statement {
 public:
  Statement(const Database& database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// The value of the next '?'. Texts are referred to: they must outlive the step.
  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t number);

  /// Whether there is a (further) row.
  bool step();
  /// To its end; then it takes new values.
  void run();

  // Of the row, by column; 0 and "" for NULL.
  std::int64_t number(int column = 0) const;
  std::string text(int column = 0) const;
  bool is_null(int column = 0) const;

 private:
  Statement& checked(int code);

  const Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

/// Takes the write lock at once, so that waiting for it cannot end in a deadlock; undone unless committed.
class Database::Transaction {
 public:
  explicit Transaction(const Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  const Database& database_;
  bool is_committed_ = false;
};

}  // namespace connector
