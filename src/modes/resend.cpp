#include <filesystem>

#include "modes/mode.h"
#include "modes/setup.h"
#include "oomnitza/payload.h"
#include "run/undelivered.h"

namespace connector {
namespace {

struct Outcome {
  std::size_t delivered = 0;
  std::size_t kept = 0;
};

/// Delivers what is kept of one section, in a portion of its own. A payload is removed only after the cloud took it.
Outcome resend_section(const Undelivered& undelivered, const Oomnitza& cloud, const Log& log,
                       const std::stop_token& stop) {
  const std::string portion = random_uuid();
  Outcome outcome;
  for (const std::filesystem::path& file : undelivered.files()) {
    if (stop.stop_requested()) {
      ++outcome.kept;
      continue;
    }
    try {
      Json payload = Undelivered::read(file);
      payload["portion"] = portion;
      cloud.upload(to_text(payload));
      std::filesystem::remove(file);
      ++outcome.delivered;
    } catch (const std::exception& error) {
      log.error("{} stays: {}", file.string(), error.what());
      ++outcome.kept;
    }
  }
  if (outcome.delivered > 0) cloud.finalize(portion);
  std::error_code not_empty;
  std::filesystem::remove(undelivered.folder(), not_empty);
  return outcome;
}

}  // namespace

int resend(const Invocation& invocation) {
  return run_logged(invocation, false, [&](const Logging& logging, const std::stop_token& stop) {
    const CommandLine& line = invocation.line;
    const Log log = logging.logger("connector");
    std::vector<std::string> complaints;
    const CloudAccess access(invocation, logging, stop, complaints);
    if (!complaints.empty()) throw ConfigError(complaints);
    access.cloud->log_in();

    const auto sections = line.sections.empty() ? sections_with_undelivered(line.state_dir) : line.sections;
    bool is_all_delivered = true;
    for (const std::string& section : sections) {
      const Outcome outcome = resend_section(Undelivered(line.state_dir, section, log), *access.cloud, log, stop);
      log.info("section [{}]: {} kept payloads delivered, {} stay", section, outcome.delivered, outcome.kept);
      is_all_delivered = is_all_delivered && outcome.kept == 0;
    }
    return is_all_delivered ? all_delivered : something_failed;
  });
}

}  // namespace connector
