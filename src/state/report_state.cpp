#include "state/report_state.h"

#include "platform/path.h"

namespace connector {

using Statement = Database::Statement;
using Transaction = Database::Transaction;

ReportState::ReportState(const std::filesystem::path& file, Access access)
    : database_(file, {.access = access, .durability = Database::Durability::power}) {}

std::int64_t ReportState::done_until(const ReportSource& source) const {
  if (!database_.has_table("media_storage_state")) return 0;
  Statement select(
      database_,
      "SELECT max(creation_date) FROM media_storage_state WHERE data_source_type = ? AND data_source_id = ?");
  return select.bind(source.type).bind(source.id).step() ? select.number() : 0;
}

std::set<std::string> ReportState::done_beyond(const ReportSource& source) const {
  std::set<std::string> uids;
  if (!database_.has_table("media_storage_done")) return uids;
  Statement select(database_, "SELECT uid FROM media_storage_done WHERE data_source_type = ? AND data_source_id = ?");
  select.bind(source.type).bind(source.id);
  while (select.step()) uids.insert(select.text());
  return uids;
}

void ReportState::settle(const ReportSource& source, const std::string& uid, std::int64_t creation_date,
                         std::int64_t until) {
  Transaction transaction(database_);
  Statement(database_, "INSERT OR REPLACE INTO media_storage_done VALUES (?, ?, ?, ?)")
      .bind(source.type)
      .bind(source.id)
      .bind(uid)
      .bind(creation_date)
      .step();
  move(source, until);
  transaction.commit();
}

std::optional<std::string> ReportState::stored_by(const std::filesystem::path& file) const {
  if (!database_.has_table("stored_reports")) return std::nullopt;
  const std::string path = utf8_path(file);
  Statement select(database_, "SELECT uid FROM stored_reports WHERE file = ?");
  return select.bind(path).step() ? std::optional(select.text()) : std::nullopt;
}

void ReportState::note_stored(const std::filesystem::path& file, const std::string& uid) {
  const std::string path = utf8_path(file);
  Statement(database_, "INSERT OR REPLACE INTO stored_reports VALUES (?, ?)").bind(path).bind(uid).step();
}

void ReportState::advance(const ReportSource& source, std::int64_t until) {
  Transaction transaction(database_);
  move(source, until);
  transaction.commit();
}

void ReportState::move(const ReportSource& source, std::int64_t until) {
  if (until > done_until(source)) {
    Statement(database_,
              "INSERT OR REPLACE INTO media_storage_state (data_source_type, data_source_id, creation_date) "
              "VALUES (?, ?, ?)")
        .bind(source.type)
        .bind(source.id)
        .bind(until)
        .step();
  }
  const std::int64_t state = done_until(source);
  Statement(database_,
            "DELETE FROM media_storage_done WHERE data_source_type = ? AND data_source_id = ? AND creation_date <= ?")
      .bind(source.type)
      .bind(source.id)
      .bind(state)
      .step();
}

}  // namespace connector
