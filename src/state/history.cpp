#include "state/history.h"

#include <algorithm>
#include <array>
#include <utility>

#include "connector/json.h"
#include "platform/process_identity.h"

namespace connector {
namespace {

using Outcome = PastRun::Outcome;
using Time = PastRun::Time;

constexpr std::chrono::seconds patience{5};  // a run waits for it

constexpr std::array outcomes = {
    std::pair{Outcome::succeeded, "succeeded"}, std::pair{Outcome::failed, "failed"},
    std::pair{Outcome::canceled, "canceled"},   std::pair{Outcome::interrupted, "interrupted"},
    std::pair{Outcome::running, "running"},     std::pair{Outcome::killed, "killed"},
    std::pair{Outcome::unknown, "unknown"},
};

/// In the order of the columns.
constexpr std::array counts = {&PastRun::Counts::pulled,    &PastRun::Counts::filtered_out,
                               &PastRun::Counts::skipped,   &PastRun::Counts::failed,
                               &PastRun::Counts::delivered, &PastRun::Counts::undelivered,
                               &PastRun::Counts::not_sent,  &PastRun::Counts::parts_missing};

Outcome outcome_called(const std::string& text) {
  const auto* const found =
      std::find_if(outcomes.begin(), outcomes.end(), [&](const auto& row) { return row.second == text; });
  return found == outcomes.end() ? Outcome::unknown : found->first;
}

Outcome outcome_without_end(const std::string& process) {
  switch (state_of_process(process)) {
    case ProcessState::running:
      return Outcome::running;
    case ProcessState::gone:
      return Outcome::killed;
    default:
      return Outcome::unknown;
  }
}

Time time_of(std::int64_t milliseconds) {
  return Time(std::chrono::milliseconds(milliseconds));
}

std::vector<std::string> texts_of(const std::string& json) {
  std::vector<std::string> texts;
  if (json.empty()) return texts;
  for (const Json& text : parse_json(json)) texts.push_back(text.get<std::string>());
  return texts;
}

PastRun run_in(const Database::Statement& row) {
  PastRun run{.name = row.text(0), .started_by = row.text(1), .started = time_of(row.number(3))};
  if (row.is_null(4)) {
    run.outcome = outcome_without_end(row.text(2));
    return run;
  }
  run.ended = time_of(row.number(4));
  run.outcome = outcome_called(row.text(5));
  run.error = row.text(6);
  run.faults = texts_of(row.text(7));
  for (std::size_t i = 0; i < counts.size(); ++i) run.counts.*counts[i] = row.number(static_cast<int>(8 + i));
  return run;
}

}  // namespace

std::optional<int> PastRun::exit_code() const {
  if (!ended) return std::nullopt;
  return outcome == Outcome::succeeded || outcome == Outcome::canceled ? 0 : 2;
}

std::string text_of(Outcome outcome) {
  return std::find_if(outcomes.begin(), outcomes.end(), [&](const auto& row) { return row.first == outcome; })->second;
}

History::History(std::filesystem::path file, int days, Log log)
    : file_(std::move(file)), days_(days), log_(std::move(log)) {}

History::~History() = default;

/// Opened when it is first needed.
const Database& History::database() {
  if (!database_) database_ = std::make_unique<Database>(file_, Database::Options{.patience = patience});
  return *database_;
}

template <class Use>
void History::use(const Use& use) noexcept {
  const std::lock_guard lock(mutex_);
  try {
    use(database());
    is_told_ = false;
  } catch (const std::exception& error) {
    if (!std::exchange(is_told_, true)) log_.warning("the history of runs is not kept: {}", error.what());
  }
}

std::int64_t History::begin(const std::string& name, const std::string& started_by, Time started) noexcept {
  std::int64_t id = 0;
  use([&](const Database& database) {
    const std::string process = process_identity();
    Database::Transaction transaction(database);
    Database::Statement(database, "DELETE FROM runs WHERE started < ?")
        .bind(std::chrono::milliseconds((started - days_).time_since_epoch()).count())
        .run();
    Database::Statement(database, "INSERT INTO runs (name, started_by, process, started) VALUES (?, ?, ?, ?)")
        .bind(name)
        .bind(started_by)
        .bind(process)
        .bind(started.time_since_epoch().count())
        .run();
    id = database.last_row();
    transaction.commit();
  });
  return id;
}

void History::end(std::int64_t id, const PastRun& run) noexcept {
  if (id == 0) return;
  use([&](const Database& database) {
    const std::string outcome = text_of(run.outcome);
    const std::string faults = to_text(Json(run.faults));
    Database::Statement update(
        database,
        "UPDATE runs SET ended = ?, outcome = ?, error = ?, faults = ?, pulled = ?, filtered_out = ?, skipped = ?, "
        "failed = ?, delivered = ?, undelivered = ?, not_sent = ?, parts_missing = ? WHERE id = ?");
    update.bind(run.ended.value_or(run.started).time_since_epoch().count()).bind(outcome).bind(run.error).bind(faults);
    for (const auto count : counts) update.bind(run.counts.*count);
    update.bind(id).run();
  });
}

std::optional<Time> History::last_start(const std::string& name) noexcept {
  return last_time("SELECT max(started) FROM runs WHERE name = ? AND started_by <> 'webhook'", name);
}

std::optional<Time> History::last_success(const std::string& name) noexcept {
  return last_time("SELECT max(ended) FROM runs WHERE name = ? AND outcome = 'succeeded'", name);
}

std::optional<Time> History::last_time(const char* sql, const std::string& name) noexcept {
  std::optional<Time> last;
  use([&](const Database& database) {
    Database::Statement select(database, sql);
    if (select.bind(name).step() && !select.is_null()) last = time_of(select.number());
  });
  return last;
}

std::vector<PastRun> past_runs(const std::filesystem::path& file, const std::string& name, std::size_t most) {
  const Database database(file, {.access = Database::Access::read, .patience = patience});
  std::vector<PastRun> runs;
  if (!database.has_table("runs")) return runs;
  Database::Statement select(database,
                             "SELECT name, started_by, process, started, ended, outcome, error, faults, pulled, "
                             "filtered_out, skipped, failed, "
                             "delivered, undelivered, not_sent, parts_missing FROM runs WHERE ?1 = '' OR name = ?1 "
                             "ORDER BY started DESC, id DESC LIMIT ?2");
  select.bind(name).bind(static_cast<std::int64_t>(most));
  while (select.step()) runs.push_back(run_in(select));
  return runs;
}

}  // namespace connector
