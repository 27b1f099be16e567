#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "state/database.h"

namespace connector {

/// What makes reports in the cloud: a reports connector, a dashboard.
struct ReportSource {
  std::string type;
  std::string id;
};

/// How far the reports of each source have been fetched: tables of state.db that several syncs, also those of the
/// Python connector, may use at the same time. Each change is on disk when its function returns. An object belongs to
/// one thread. All functions throw std::runtime_error when the file cannot be used.
class ReportState {
 public:
  using Access = Database::Access;

  explicit ReportState(const std::filesystem::path& file, Access access = Access::write);

  /// The creation date up to which all is done, in epoch seconds; 0 at first.
  std::int64_t done_until(const ReportSource& source) const;

  /// The uids of reports that are done though they are newer.
  std::set<std::string> done_beyond(const ReportSource& source) const;

  /// Notes that a report is done, and moves the state to `until`, unless it is there already: it never goes back.
  void settle(const ReportSource& source, const std::string& uid, std::int64_t creation_date, std::int64_t until);

  /// The uid of the report that was stored as this file; nothing: the file is somebody else's.
  std::optional<std::string> stored_by(const std::filesystem::path& file) const;

  /// To be called before the file gets its name.
  void note_stored(const std::filesystem::path& file, const std::string& uid);

  /// Moves the state alone.
  void advance(const ReportSource& source, std::int64_t until);

 private:
  void move(const ReportSource& source, std::int64_t until);

  Database database_;
};

}  // namespace connector
