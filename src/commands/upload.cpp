#include <optional>
#include <utility>
#include <vector>

#include "app/section_run.h"
#include "app/state_folder.h"
#include "commands/command.h"
#include "commands/mappings.h"
#include "connector/parallel.h"
#include "log/console.h"
#include "sync/shard.h"
#include "sync/summary_table.h"

namespace connector {
namespace {

/// A section that is to run, then what is left of its run.
struct SectionRun {
  /// log: for what is said once, and again at the end of the run.
  SectionRun(ReadySection section, Log log)
      : ready(std::move(section)), name(ready->section.name), faults(std::move(log)) {}

  std::optional<ReadySection> ready;
  std::string name;
  Faults faults;
  Summary summary = {};
};

/// On a terminal a table; what went wrong further up once more, unless it is the last that was said.
void conclude(const App& app, const std::vector<SectionRun>& runs) {
  if (runs.size() > 1) {
    for (const SectionRun& section : runs) section.faults.report();
  }
  if (!app.logging().console().is_live() || app.line.quiet) return;
  std::vector<std::pair<std::string, Summary>> rows;
  for (const SectionRun& section : runs) rows.emplace_back(section.name, section.summary);
  app.logging().console().write("\n" + summary_table(rows));
}

int run_sections(App& app, Sections& sections) {
  complete_mappings(sections);
  std::vector<SectionRun> runs;
  for (ReadySection& ready : sections.ready()) {
    const ConnectorSection& section = ready.section;
    const Log log = app.section_log(*app.configuration().find(section.name), *section.plugin);
    runs.emplace_back(std::move(ready), log);
  }
  bool all_well = sections.all_can_run();
  const auto run_one = [&](SectionRun& section) {
    section.summary = run_section(app, sections, *section.ready, section.faults);
    section.ready.reset();  // with its connections
    section.faults.report();
    return section.summary.succeeded();
  };
  parallel(app.line.parallel, runs, run_one, [&](bool is_well) { all_well = all_well && is_well; });
  app.built_in_converters().report();
  if (app.stop().stop_requested()) {  // also when everything had been pulled by then
    app.log().warning("the upload was interrupted");
    all_well = false;
  }
  conclude(app, runs);
  return all_well ? all_delivered : something_failed;
}

}  // namespace

void check_upload(const CommandLine& line) {
  if (line.sections.empty() && !line.show_mappings) {
    throw UsageError("upload needs the names of the sections to run, as in connector upload ldap csv_assets");
  }
  if (line.shard && !parse_shard(*line.shard)) {
    throw UsageError(
        fmt::format("--shard: \"{}\" names no part: give K/N with 1 <= K <= N <= {}, as in 2/5 for the second of five",
                    *line.shard, Shard::max_count));
  }
  for (const std::string& name : line.sections) {
    if (!is_integration(name)) continue;
    throw UsageError("Oomnitza says when and how to run " + name + ": connector managed " + name + " waits for that");
  }
}

int upload(App& app) {
  const std::vector<std::string>& names = app.line.sections;
  std::optional<StateFolder> state;
  if (!app.line.testmode && !app.line.show_mappings) state.emplace(app.paths.state);
  Sections sections(app, names, app.problems);
  app.throw_problems();
  for (const std::string& name : names) {
    if (state && app.line.singleton) state->lock(name);
  }
  app.cloud().log_in();
  return app.line.show_mappings ? show_mappings(sections) : run_sections(app, sections);
}

}  // namespace connector
