#include <algorithm>
#include <cstdio>

#include "app/setup.h"
#include "commands/command.h"
#include "platform/files.h"
#include "sync/sync.h"

namespace connector {
namespace {

constexpr std::size_t test_records = 10;

RunOptions run_options(const Invocation& invocation, const CloudSettings& cloud, const ConnectorSection& section) {
  const CommandLine& line = invocation.line;
  RunOptions options{.workers = line.workers,
                     .batch_size = static_cast<std::size_t>(cloud.batch_size),
                     .record_limit = line.record_count,
                     .testmode = line.testmode,
                     .save_folder = {},
                     .state_folder = line.state_dir};
  if (line.testmode || section.connector->test_run) {
    options.record_limit = options.record_limit == 0 ? test_records : std::min(options.record_limit, test_records);
  }
  if (line.save_data) {
    options.save_folder = "save_data";
    if (line.sections.size() > 1) options.save_folder /= safe_name(section.name);
  }
  return options;
}

int show_mappings(Setup& setup, const Log& log) {
  int exit_code = setup.all_named_can_run() ? all_delivered : something_failed;
  for (ReadySection& ready : setup.sections()) {
    try {
      std::printf("%s Mappings\n%s\n", ready.section.name.c_str(), to_text(setup.mapping(ready), 2).c_str());
    } catch (const SourceError& error) {
      log.error("section [{}]: its mapping is not known: {}", ready.section.name, error.what());
      exit_code = something_failed;
    }
  }
  return exit_code;
}

/// Mappings that only the cloud can complete are asked for before anything runs: when they stay incomplete, nothing
/// does.
void complete_mappings(Setup& setup) {
  std::vector<std::string> complaints;
  for (ReadySection& ready : setup.sections()) {
    const ConnectorSection& section = ready.section;
    if (incomplete_fields(merged_mapping(*section.plugin, Json::object(), section.mapping, Log())).empty()) continue;
    try {
      setup.mapping(ready);
    } catch (const ConfigError& error) {
      complaints.insert(complaints.end(), error.complaints().begin(), error.complaints().end());
    } catch (const SourceError&) {
      continue;  // the section's own failure, reported when its turn comes
    }
  }
  if (!complaints.empty()) throw ConfigError(complaints);
}

bool run_section(Setup& setup, ReadySection& ready, const Invocation& invocation, const std::stop_token& stop) {
  try {
    const Processing processing = setup.processing(ready);
    if (processing.mapping.empty()) {
      ready.section.connector->log.warning(
          "section [{}]: nothing is mapped, so nothing will be sent: map fields in "
          "Oomnitza or with mapping.FIELD",
          ready.section.name);
    }
    return run(ready.section, processing, setup.cloud(), run_options(invocation, setup.cloud_settings(), ready.section),
               stop)
        .succeeded();
  } catch (const std::exception& error) {
    ready.section.connector->log.error("section [{}] does not run: {}", ready.section.name, error.what());
    return false;
  }
}

int upload_sections(Setup& setup, const Invocation& invocation, const Log& log, const std::stop_token& stop) {
  complete_mappings(setup);
  bool all_well = setup.all_named_can_run();
  for (ReadySection& ready : setup.sections()) {
    if (stop.stop_requested()) {
      log.error("section [{}] does not run: the program was told to stop", ready.section.name);
      all_well = false;
      continue;
    }
    all_well = run_section(setup, ready, invocation, stop) && all_well;
  }
  setup.built_in_converters().report();
  if (stop.stop_requested()) {  // also when everything had been pulled by then
    log.warning("the upload was interrupted");
    all_well = false;
  }
  return all_well ? all_delivered : something_failed;
}

}  // namespace

int upload(const Invocation& invocation) {
  const CommandLine& line = invocation.line;
  if (line.sections.empty() && !line.show_mappings) {
    throw UsageError("upload needs the names of the sections to run: connector upload ldap sccm");
  }
  const bool stdout_is_result = line.testmode || line.show_mappings;
  return run_logged(invocation, stdout_is_result, [&](const Logging& logging, const std::stop_token& stop) {
    const Log log = logging.logger("connector");
    Setup setup(invocation, logging, stop);
    setup.cloud().log_in();
    return line.show_mappings ? show_mappings(setup, log) : upload_sections(setup, invocation, log, stop);
  });
}

}  // namespace connector
