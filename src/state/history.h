#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connector/log.h"
#include "state/database.h"

namespace connector {

/// A run of a section or an integration, as history keeps it.
struct PastRun {
  using Time = std::chrono::sys_time<std::chrono::milliseconds>;
  /// ended: succeeded, failed, canceled (in Oomnitza), interrupted (by a signal). Without an end: running, killed,
  /// unknown (of a process in another container).
  enum class Outcome { succeeded, failed, canceled, interrupted, running, killed, unknown };

  struct Counts {
    std::int64_t pulled = 0, filtered_out = 0, skipped = 0, failed = 0, delivered = 0, undelivered = 0, not_sent = 0,
                 parts_missing = 0;
  };

  std::string name;        ///< the section's
  std::string started_by;  ///< "upload", "managed", "schedule", or by_webhook
  Time started;
  std::optional<Time> ended = {};
  Outcome outcome = Outcome::running;
  Counts counts = {};
  std::string error = {};                ///< why it failed, empty when it did not
  std::vector<std::string> faults = {};  ///< of records, the first few

  /// As the program's; nothing when it is not known.
  std::optional<int> exit_code() const;
};

/// Who starts runs about single records: there may be several a second.
inline constexpr const char* by_webhook = "webhook";

/// "succeeded", "killed".
std::string text_of(PastRun::Outcome outcome);

/// The runs of the past, in state.db. What cannot be written or read is a warning, and never more: no run fails for it.
/// Safe to use from several threads.
class History {
 public:
  /// days: how long runs are kept.
  History(std::filesystem::path file, int days, Log log);
  ~History();

  /// A run that begins. Returns what end() wants to know.
  std::int64_t begin(const std::string& name, const std::string& started_by, PastRun::Time started) noexcept;

  /// The same run's end: what differs from before.
  void end(std::int64_t id, const PastRun& run) noexcept;

  /// When the section began its last run, of those about all of its records. Nothing: it is not known.
  std::optional<PastRun::Time> last_start(const std::string& name) noexcept;
  /// When its last successful run ended, one about single records included.
  std::optional<PastRun::Time> last_success(const std::string& name) noexcept;

 private:
  template <class Use>
  void use(const Use& use) noexcept;
  std::optional<PastRun::Time> last_time(const char* sql, const std::string& name) noexcept;
  const Database& database();

  const std::filesystem::path file_;
  const std::chrono::days days_;
  const Log log_;
  std::mutex mutex_;
  std::unique_ptr<Database> database_;
  bool is_told_ = false;  ///< that it cannot be used
};

/// The last runs, the newest first, of one section or (an empty name) of all. A missing file has none. Throws
/// std::runtime_error.
std::vector<PastRun> past_runs(const std::filesystem::path& file, const std::string& name, std::size_t most);

}  // namespace connector
