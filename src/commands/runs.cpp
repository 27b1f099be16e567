#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "app/state_folder.h"
#include "commands/command.h"
#include "connector/json.h"
#include "connector/log.h"
#include "platform/path.h"
#include "state/history.h"
#include "sync/progress.h"
#include "text/table.h"

namespace connector {
namespace {

using Row = std::vector<std::string>;

std::time_t seconds_of(PastRun::Time time) {
  return std::chrono::system_clock::to_time_t(time);
}

std::string local(PastRun::Time time) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(seconds_of(time)));
}

std::string utc(PastRun::Time time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds_of(time)),
                     time.time_since_epoch().count() % 1000);
}

std::string duration(const PastRun& run) {
  return run.ended ? clock_text(std::chrono::floor<std::chrono::seconds>(*run.ended - run.started)) : "";
}

Row row(const PastRun& run) {
  Row cells = {excerpt(run.name), local(run.started), run.started_by, text_of(run.outcome), duration(run)};
  const PastRun::Counts& counts = run.counts;
  for (const std::int64_t count : {counts.pulled, counts.delivered, counts.failed, counts.undelivered}) {
    cells.push_back(run.ended ? std::to_string(count) : "");
  }
  return cells;
}

void print_table(const std::vector<PastRun>& runs) {
  std::vector<Row> rows = {
      {"section", "started", "by", "outcome", "time", "read", "delivered", "failed", "undelivered"}};
  for (const PastRun& run : runs) rows.push_back(row(run));
  std::vector<Align> alignment(rows.front().size(), Align::right);
  std::fill_n(alignment.begin(), 4, Align::left);
  const std::vector<std::string> lines = aligned_lines(rows, alignment);
  std::printf("%s\n", lines.front().c_str());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    std::printf("%s\n", lines[i + 1].c_str());
    if (!runs[i].error.empty()) std::printf("    %s\n", runs[i].error.c_str());
    for (const std::string& fault : runs[i].faults) std::printf("    %s\n", fault.c_str());
  }
}

void print_json(const PastRun& run) {
  const PastRun::Counts& counts = run.counts;
  const auto exit_code = run.exit_code();
  Json object = {{"section", run.name},
                 {"started_by", run.started_by},
                 {"started", utc(run.started)},
                 {"ended", run.ended ? Json(utc(*run.ended)) : Json()},
                 {"outcome", text_of(run.outcome)},
                 {"exit_code", exit_code ? Json(*exit_code) : Json()}};
  if (run.ended) {
    object.update({{"pulled", counts.pulled},
                   {"filtered_out", counts.filtered_out},
                   {"skipped", counts.skipped},
                   {"failed", counts.failed},
                   {"delivered", counts.delivered},
                   {"undelivered", counts.undelivered},
                   {"not_sent", counts.not_sent},
                   {"parts_missing", counts.parts_missing},
                   {"error", run.error},
                   {"faults", run.faults}});
  }
  std::printf("%s\n", to_text(object).c_str());
}

}  // namespace

void check_runs(const CommandLine& line) {
  if (line.sections.size() > 1) throw UsageError("runs shows all sections, or one: connector runs csv_assets");
  if (line.last == 0) throw UsageError("--last must be at least 1");
}

int runs(const Invocation& invocation) {
  const CommandLine& line = invocation.line;
  require_state_folder(invocation.paths.state);
  const std::filesystem::path file = invocation.paths.state / state_file_name;
  const std::string section = line.sections.empty() ? "" : line.sections.front();
  const std::vector<PastRun> found = past_runs(file, section, line.last);
  const bool is_json = line.format == "json";
  if (found.empty()) {
    std::fprintf(is_json ? stderr : stdout, "No runs%s are recorded in %s.\n",
                 section.empty() ? "" : (" of " + section).c_str(), shown_path(file).c_str());
  } else if (!is_json) {
    print_table(found);
  }
  if (is_json) {
    for (const PastRun& run : found) print_json(run);
  }
  return all_delivered;
}

}  // namespace connector
